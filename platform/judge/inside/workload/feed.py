"""Hands orders out at a steady pace, whatever becomes of them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from judge.history import Op
from judge.inside.workload.ledger import Ledger, Order

TICK_S = 0.005


class Feed(threading.Thread):
    """An open loop: order i is due at start + i / rate, so a slow program meets a queue.

    An order counts as handed once `send` has taken it. While that waits the feed waits: the
    program is late, and nothing is lost for it.

    Args:
        send: takes an order; False when nobody will take one any more.
        note: takes each operation; called on this thread.
        now_ms: milliseconds since the scenario began.
        total: how many orders to hand in all; 0 for as many as there is time for.
    """

    def __init__(
        self,
        ledger: Ledger,
        per_s: float,
        send: Callable[[Order], bool],
        note: Callable[[Op], None],
        now_ms: Callable[[], float],
        total: int = 0,
    ) -> None:
        super().__init__(name="feed", daemon=True)
        self._ledger, self._per_s, self._send = ledger, per_s, send
        self._note, self._now_ms, self._total = note, now_ms, total
        self._halt = threading.Event()
        self.handed = 0

    @property
    def complete(self) -> bool:
        """Whether all orders of a bounded feed have been handed."""
        return bool(self._total) and self.handed >= self._total

    def run(self) -> None:
        """Hand out orders until `stop`, or until `total` is reached."""
        begun = time.monotonic()
        pending = self._ledger.draw()
        while not self._halt.is_set() and not self.complete:
            due = int((time.monotonic() - begun) * self._per_s)
            due = min(due, self._total) if self._total else due
            while self.handed < due and not self._halt.is_set():
                if not self._send(pending):
                    return
                self._note(
                    Op(
                        self._now_ms(),
                        "ledger",
                        "invoke",
                        "send",
                        id=pending.id,
                        key=pending.customer,
                    )
                )
                self.handed += 1
                if not self.complete:
                    pending = self._ledger.draw()
            self._halt.wait(TICK_S)

    def stop(self, timeout_s: float | None = None) -> bool:
        """No more orders; True once the last one is noted.

        False when the program has not taken a line for `timeout_s`. Safe to repeat.
        """
        self._halt.set()
        if self.ident is not None:
            self.join(timeout_s)
        return not self.is_alive()
