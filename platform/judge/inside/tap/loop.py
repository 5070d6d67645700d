"""The tap's one thread: an epoll, who is told of what, and what is to be done later."""

from __future__ import annotations

import select
from collections.abc import Callable

from judge.inside.tap.timers import Timers


class Loop:
    """Calls handlers when their descriptors are ready and functions when their time has come."""

    def __init__(self, now_s: Callable[[], float]) -> None:
        self.timers = Timers(now_s)
        self._epoll = select.epoll()
        self._handlers: dict[int, Callable[[int], None]] = {}
        self._masks: dict[int, int] = {}

    def run(self, idle: Callable[[], None], idle_after_s: Callable[[], float | None]) -> None:
        """Serve for ever; call `idle` when nothing was ready for `idle_after_s`, None is never."""
        while True:
            waits = [s for s in (idle_after_s(), self.timers.wait_s()) if s is not None]
            ready = self._epoll.poll(min(waits, default=None))
            if not ready:
                idle()
            self.timers.run_due()
            for fd, mask in ready:
                handler = self._handlers.get(fd)
                if handler is not None:
                    handler(mask)

    def register(self, fd: int, mask: int, handler: Callable[[int], None]) -> None:
        """Call `handler` with what of `mask` is ready; replaces what was registered before."""
        known = self._masks.get(fd)
        if known == mask:
            return
        if known is None:
            self._epoll.register(fd, mask)
        else:
            self._epoll.modify(fd, mask)
        self._masks[fd], self._handlers[fd] = mask, handler

    def forget(self, fd: int) -> None:
        """Call nothing for `fd` any more; harmless when nothing was registered."""
        self._handlers.pop(fd, None)
        if self._masks.pop(fd, None) is not None:
            try:
                self._epoll.unregister(fd)
            except (OSError, ValueError):
                return  # closing it took it out already
