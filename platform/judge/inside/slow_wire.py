"""Passes frames between two interfaces, later than they came: latency where the kernel has none.

Its own process: `python -m judge.inside.slow_wire FD FD LATENCY_MS JITTER_MS SEED`, with two
packet sockets inherited. `judge.inside.splicing` puts it into a node's cable. The kernel's own
means, netem, is missing on many machines and cannot be loaded without rights.
"""

from __future__ import annotations

import heapq
import random
import select
import socket
import sys
import time
from collections.abc import Callable
from contextlib import suppress

MOST_HELD_BYTES = 64 << 20
"""Frames beyond are dropped, as a full queue does."""

_FRAME_BYTES = (1 << 16) + 256
"""A frame may be a whole batch of segments, as the sender's kernel left it, and has a header."""

_AT_ONCE = 64


class SlowWire:
    """Holds every frame for a while, each direction in its order.

    `delay_s` is asked for each frame how long.
    """

    def __init__(
        self, ends: tuple[socket.socket, socket.socket], delay_s: Callable[[], float]
    ) -> None:
        self._other = {ends[0].fileno(): ends[1], ends[1].fileno(): ends[0]}
        self._ends = {end.fileno(): end for end in ends}
        self._delay_s = delay_s
        self._held: list[tuple[float, int, int, bytes]] = []
        self._held_bytes = self._count = 0
        self._latest_s = dict.fromkeys(self._ends, 0.0)

    def run(self) -> None:
        """Pass frames until killed."""
        poll = select.poll()
        for fd in self._ends:
            poll.register(fd, select.POLLIN)
        while True:
            wait_ms = None
            if self._held:
                wait_ms = max(0.0, (self._held[0][0] - time.monotonic()) * 1000)
            for fd, _ in poll.poll(wait_ms):
                self._take(fd)
            self._release(time.monotonic())

    def _take(self, fd: int) -> None:
        now_s = time.monotonic()
        for _ in range(_AT_ONCE):
            try:
                frame = self._ends[fd].recv(_FRAME_BYTES, socket.MSG_DONTWAIT)
            except OSError:  # nothing more, or the interface is going
                return
            if self._held_bytes + len(frame) > MOST_HELD_BYTES:
                continue
            # A frame that overtook another would be a fault of another kind.
            due_s = self._latest_s[fd] = max(self._latest_s[fd], now_s + self._delay_s())
            self._count += 1
            self._held_bytes += len(frame)
            heapq.heappush(self._held, (due_s, self._count, fd, frame))

    def _release(self, now_s: float) -> None:
        while self._held and self._held[0][0] <= now_s:
            _, _, fd, frame = heapq.heappop(self._held)
            self._held_bytes -= len(frame)
            with suppress(OSError):  # a queue that is full drops it
                self._other[fd].send(frame)


def main(first_fd: str, second_fd: str, latency_ms: str, jitter_ms: str, seed: str) -> None:
    """Pass frames between the two sockets for ever."""
    ends = (socket.socket(fileno=int(first_fd)), socket.socket(fileno=int(second_fd)))
    base_s, jitter_s = float(latency_ms) / 1000, float(jitter_ms) / 1000
    # Not for secrets: the same run must be slow in the same places again.
    chance = random.Random(int(seed))  # noqa: S311
    SlowWire(ends, lambda: base_s + chance.uniform(0.0, jitter_s)).run()


if __name__ == "__main__":
    main(*sys.argv[1:])
