"""What the tap has promised to do later, earliest first."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from itertools import count


class Timers:
    """Calls functions once their moment on the clock `now_s` has come."""

    def __init__(self, now_s: Callable[[], float]) -> None:
        self._now_s = now_s
        self._heap: list[tuple[float, int, Callable[[], None]]] = []
        self._numbers = count()

    def after(self, delay_s: float, do: Callable[[], None]) -> None:
        """Call `do` in `delay_s` or a little later, never earlier."""
        heapq.heappush(self._heap, (self._now_s() + delay_s, next(self._numbers), do))

    def wait_s(self) -> float | None:
        """How long until the next one is due; 0 when one is, None when there is none."""
        return max(0.0, self._heap[0][0] - self._now_s()) if self._heap else None

    def run_due(self) -> None:
        """Call what is due now; what that adds waits for the next time."""
        now_s = self._now_s()
        due = []
        while self._heap and self._heap[0][0] <= now_s:
            due.append(heapq.heappop(self._heap)[2])
        for do in due:
            do()
