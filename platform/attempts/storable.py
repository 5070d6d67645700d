"""Makes whatever a run told fit to be stored and shown: no U+0000, no half characters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def storable(value: Any) -> Any:
    """The same plain JSON value with each such character replaced by U+FFFD.

    PostgreSQL refuses both inside JSON and a page cannot be encoded with the second, so one line
    printed by a learner's program could otherwise keep its own attempt from ever being judged.
    """
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode("utf-8").replace("\0", "\ufffd")
    if isinstance(value, Mapping):
        return {storable(name): storable(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [storable(inner) for inner in value]
    return value
