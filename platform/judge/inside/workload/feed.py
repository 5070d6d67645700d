"""Hands orders to the program at a steady pace, whatever the program does with them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from judge.history import Op
from judge.inside.workload.ledger import Ledger

TICK_S = 0.005


class Feed(threading.Thread):
    """An open loop: order i is due at start + i / rate, so a slow program meets a queue.

    An order counts as handed once its whole line is in the program's pipe. While the pipe is
    full the feed waits: the program is late, and nothing is lost for it.

    Args:
        send: puts a line into the program's stdin; False when nobody will read it any more.
        note: takes each operation; called on this thread.
        now_ms: milliseconds since the scenario began.
    """

    def __init__(
        self,
        ledger: Ledger,
        per_s: float,
        send: Callable[[str], bool],
        note: Callable[[Op], None],
        now_ms: Callable[[], float],
    ) -> None:
        super().__init__(name="feed", daemon=True)
        self._ledger, self._per_s, self._send = ledger, per_s, send
        self._note, self._now_ms = note, now_ms
        self._halt = threading.Event()
        self.handed = 0

    def run(self) -> None:
        """Hand out orders until `stop`."""
        begun = time.monotonic()
        pending = self._ledger.draw()
        while not self._halt.is_set():
            due = int((time.monotonic() - begun) * self._per_s)
            while self.handed < due and not self._halt.is_set():
                if not self._send(pending.line):
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
