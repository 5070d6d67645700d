"""The side effects of a learner's program: every `processed` line is a deed done once more."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable

from judge.history import Op
from judge.inside.workload.claims import claim_in

STATUS = "processed"
TIMES_NOTED = 100
"""A deed done a hundred times proves whatever a hundred and one would."""


class Sink:
    """Reads side effects out of the standard output of one program.

    A line counts when it is a JSON object with an `order_id` and the `status` processed. Each is
    noted as it is heard, a repeated one too: a mail that was sent twice was sent twice. Noted are
    the first `TIMES_NOTED` for one order; the limit on a program's output bounds the rest.

    Args:
        note: takes each operation; called on the thread that hears.
        now_ms: milliseconds since the scenario began.
        program: which program or instance is heard, when several run.
    """

    def __init__(
        self, note: Callable[[Op], None], now_ms: Callable[[], float], program: str = "program"
    ) -> None:
        self._note, self._now_ms, self._program = note, now_ms, program
        self._times: Counter[str] = Counter()
        self._lock = threading.Lock()

    @property
    def processed(self) -> int:
        """How many different orders were processed."""
        return len(self._times)

    @property
    def repeated(self) -> int:
        """How many side effects came on top of the first one for their order."""
        with self._lock:
            return self._times.total() - len(self._times)

    def hear(self, line: str) -> bool:
        """Take one line of output; True when it told of a side effect."""
        claim = claim_in(line)
        if claim is None or claim.status != STATUS:
            return False
        # The moment is taken under the lock, so the history's order is the order of the lines.
        with self._lock:
            self._times[claim.order_id] += 1
            if self._times[claim.order_id] <= TIMES_NOTED:
                self._note(
                    Op(
                        self._now_ms(),
                        "program",
                        "ok",
                        "processed",
                        id=claim.order_id,
                        detail={"program": self._program},
                    )
                )
        return True
