"""What the program says became of each order: a claim that is held against it, never for it."""

from __future__ import annotations

import threading
from collections.abc import Callable

from judge.history import Op
from judge.inside.workload.claims import claim_in

STATUSES = {"accepted": "ok", "refused": "fail"}


class Answers:
    """Reads answers out of the program's standard output.

    A line counts when it is a JSON object with an `order_id` and a `status` of accepted or
    refused. The first answer for an order stands; whatever else is printed is only output.
    """

    def __init__(self, note: Callable[[Op], None], now_ms: Callable[[], float]) -> None:
        self._note, self._now_ms = note, now_ms
        self._seen: set[str] = set()
        self._lock = threading.Lock()
        self.accepted = 0
        self.refused = 0

    @property
    def answered(self) -> int:
        """How many orders have an answer."""
        return self.accepted + self.refused

    def hear(self, line: str) -> bool:
        """Take one line of output; True when it was an answer."""
        claim = claim_in(line)
        if claim is None or (outcome := STATUSES.get(claim.status)) is None:
            return False
        order_id = claim.order_id
        with self._lock:
            if order_id in self._seen:
                return True
            self._seen.add(order_id)
            if outcome == "ok":
                self.accepted += 1
            else:
                self.refused += 1
        self._note(Op(self._now_ms(), "program", outcome, "send", id=order_id))
        return True
