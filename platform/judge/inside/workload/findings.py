"""What a learner's program says was lost, and where: an answer that is held against the logs."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from typing import Any

from judge.history import Op
from judge.inside.workload.claims import ID_CHARS

STATUS = "lost"
MOST = 20_000
"""More than a run has orders: whoever accuses without end is cut off, not listened to."""


class Findings:
    """Reads findings out of the standard output of one program.

    A line counts when it is a JSON object with an `order_id`, the `status` lost, and the `offset`
    and `leader_epoch` at which the record was, as whole numbers or left out. The first for an
    order stands.
    """

    def __init__(self, note: Callable[[Op], None], now_ms: Callable[[], float]) -> None:
        self._note, self._now_ms = note, now_ms
        self._seen: set[str] = set()
        self._lock = threading.Lock()

    def hear(self, line: str) -> bool:
        """Take one line of output; True when it was a finding."""
        found = _finding_in(line)
        if found is None:
            return False
        order_id = str(found["order_id"])
        with self._lock:
            if order_id in self._seen or len(self._seen) >= MOST:
                return True
            self._seen.add(order_id)
        offset, epoch = _whole(found.get("offset")), _whole(found.get("leader_epoch"))
        self._note(
            Op(self._now_ms(), "program", "ok", "finding", id=order_id, offset=offset, epoch=epoch)
        )
        return True


def _finding_in(line: str) -> dict[str, Any] | None:
    if not line.startswith("{"):
        return None
    try:
        body = json.loads(line)
    except (ValueError, RecursionError):
        return None
    order_id = body.get("order_id") if isinstance(body, dict) else None
    if not isinstance(order_id, str) or len(order_id) > ID_CHARS or body.get("status") != STATUS:
        return None
    return dict(body)


def _whole(value: object) -> int | None:
    small = isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 53
    return value if small else None  # type: ignore[return-value]
