"""The way to one end of a connection: in order, not before its time, and not while it is held."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Hashable

from judge.inside.tap.exchanges import Exchange
from judge.inside.tap.outlet import Outlet

MOST_LANE_BYTES = 2 << 20
"""Delayed or held on one way. Beyond it the other end is not read: 20 MB/s at 100 ms."""


class Lane:
    """Hands bytes to an outlet. Without delays and holders it hands them on at once."""

    def __init__(self, outlet: Outlet, now_s: Callable[[], float]) -> None:
        self._outlet, self._now_s = outlet, now_s
        self._queue: deque[tuple[float, memoryview, Exchange | None]] = deque()
        self._holders: set[Hashable] = set()
        self._delays: dict[Hashable, Callable[[], float]] = {}
        self._last_due_s = 0.0
        self.queued_bytes = 0
        """What is delayed or held."""

    def put(self, data: memoryview, exchange: Exchange | None = None) -> None:
        """Take `data`; `exchange` travels with it."""
        if not (self._queue or self._holders or self._delays):
            self._outlet.put(data, exchange)
            return
        delay_s = sum(delay() for delay in self._delays.values())
        # A short delay after a long one must not let the later bytes overtake.
        self._last_due_s = max(self._last_due_s, self._now_s() + delay_s)
        self._queue.append((self._last_due_s, data, exchange))
        self.queued_bytes += len(data)

    def move(self) -> float | None:
        """Hand over what may go; return in how many seconds the next may, None if nothing waits.

        What is held waits for `release` and for no time.
        """
        if self._holders:
            return None
        now_s = self._now_s()
        while self._queue and self._queue[0][0] <= now_s:
            _, data, exchange = self._queue.popleft()
            self.queued_bytes -= len(data)
            self._outlet.put(data, exchange)
        return self._queue[0][0] - now_s if self._queue else None

    def hold(self, holder: Hashable) -> None:
        """Let nothing more pass until each holder has released."""
        self._holders.add(holder)

    def release(self, holder: Hashable) -> None:
        """The holder lets go; `move` then hands over what waited."""
        self._holders.discard(holder)

    def slow(self, holder: Hashable, delay_s: Callable[[], float] | None) -> None:
        """Delay all that comes from now on by what `delay_s` gives; None ends that."""
        if delay_s is None:
            self._delays.pop(holder, None)
        else:
            self._delays[holder] = delay_s

    def undelivered(self) -> list[Exchange]:
        """The exchanges whose last byte is still here."""
        return [exchange for _, _, exchange in self._queue if exchange is not None]
