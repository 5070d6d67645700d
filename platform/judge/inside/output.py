"""What a learner's program prints: split into lines, cut, counted, never trusted."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable

from judge.inside.limits import LINE_BYTES

OnLine = Callable[[str, str, float], None]
"""Called with "stdout" or "stderr", the line without its end, and when it came (monotonic s)."""

TAIL_BYTES = 8 << 10
_CHUNK_BYTES = 64 << 10


class Meter:
    """Counts what both streams have said together and calls `too_much` once, at the limit."""

    def __init__(self, limit_bytes: int, too_much: Callable[[], None]) -> None:
        self._limit_bytes, self._too_much, self._lock = limit_bytes, too_much, threading.Lock()
        self.total_bytes = 0

    def take(self, chunk: bytes) -> bytes:
        """The part of `chunk` that is within the limit."""
        with self._lock:
            room = max(0, self._limit_bytes - self.total_bytes)
            over_before = self.total_bytes > self._limit_bytes
            self.total_bytes += len(chunk)
        if len(chunk) > room and not over_before:
            self._too_much()
        return chunk[:room]


class Reader(threading.Thread):
    """Reads one stream to its end and hands on its lines, in order, on this thread."""

    def __init__(self, fd: int, stream: str, meter: Meter, on_line: OnLine) -> None:
        super().__init__(daemon=True, name=f"program-{stream}")
        self._fd, self._stream, self._meter, self._on_line = fd, stream, meter, on_line
        self._line = bytearray()
        self.tail = bytearray()
        self.error: Exception | None = None

    def run(self) -> None:
        """Read until the last writer is gone. An `on_line` that raises is kept in `error`."""
        try:
            while chunk := os.read(self._fd, _CHUNK_BYTES):
                self._split(self._meter.take(chunk), time.monotonic())
            if self._line:
                self._hand_on(time.monotonic())
        finally:
            os.close(self._fd)

    def _split(self, chunk: bytes, now_s: float) -> None:
        self.tail += chunk
        del self.tail[:-TAIL_BYTES]
        *whole, rest = chunk.split(b"\n")
        for part in whole:
            self._append(part)
            self._hand_on(now_s)
        self._append(rest)

    def _append(self, part: bytes) -> None:
        self._line += part[: LINE_BYTES - len(self._line)]

    def _hand_on(self, now_s: float) -> None:
        text, self._line = self._line.decode(errors="replace"), bytearray()
        try:
            if self.error is None:
                self._on_line(self._stream, text, now_s)
        except Exception as error:  # reading goes on, or the program would block on a full pipe
            self.error = error
