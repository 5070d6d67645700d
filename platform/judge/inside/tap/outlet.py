"""The sending half of one socket: a queue that tells exactly what the kernel has taken."""

from __future__ import annotations

import socket
from collections import deque
from itertools import islice

from judge.inside.tap.exchanges import Exchange

_BUFFERS_A_CALL = 64
"""sendmsg takes up to 1,024; more than a few dozen no longer saves anything."""


class Outlet:
    """Queues bytes for a non-blocking socket and remembers which exchange ends where."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._queue: deque[memoryview] = deque()
        self._ends: deque[tuple[int, Exchange]] = deque()
        self._put_bytes = 0
        self._sent_bytes = 0

    @property
    def queued_bytes(self) -> int:
        """What waits for room in the kernel's send buffer."""
        return self._put_bytes - self._sent_bytes

    def put(self, data: memoryview, exchange: Exchange | None = None) -> None:
        """Queue `data`; `exchange` counts as delivered once its last byte is sent."""
        self._queue.append(data)
        self._put_bytes += len(data)
        if exchange is not None:
            self._ends.append((self._put_bytes, exchange))

    def flush(self) -> list[Exchange]:
        """Send what the kernel takes; return the exchanges delivered by that.

        Raises OSError when the connection is broken. What was delivered before is then still
        listed as undelivered, which is the safe side: unknown, not acknowledged.
        """
        while self._queue:
            try:
                sent = self._sock.sendmsg(list(islice(self._queue, _BUFFERS_A_CALL)))
            except BlockingIOError:
                break
            self._advance(sent)
        return self._delivered()

    def undelivered(self) -> list[Exchange]:
        """The exchanges whose last byte was never handed to the kernel."""
        return [exchange for _, exchange in self._ends]

    def _advance(self, sent: int) -> None:
        self._sent_bytes += sent
        while sent:
            head = self._queue[0]
            if sent < len(head):
                self._queue[0] = head[sent:]
                return
            sent -= len(head)
            self._queue.popleft()

    def _delivered(self) -> list[Exchange]:
        done = []
        while self._ends and self._ends[0][0] <= self._sent_bytes:
            done.append(self._ends.popleft()[1])
        return done
