"""What a line of a program's output says of an order, when it is such a line at all."""

from __future__ import annotations

import json
from typing import NamedTuple

ID_CHARS = 64
"""Longer than any id of ours; what is longer is not kept."""


class Claim(NamedTuple):
    """An order and what became of it, in the program's own words: never evidence for it."""

    order_id: str
    status: str


def claim_in(line: str) -> Claim | None:
    """The claim that `line` makes: a JSON object with an `order_id` and a `status`, else None."""
    if not line.startswith("{"):
        return None
    try:
        body = json.loads(line)
        order_id, status = body["order_id"], body["status"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    if not (isinstance(order_id, str) and isinstance(status, str)) or len(order_id) > ID_CHARS:
        return None
    return Claim(order_id, status)
