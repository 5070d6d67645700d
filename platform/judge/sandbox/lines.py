"""Reads lines from a pipe by a deadline, and never more than a bounded one."""

from __future__ import annotations

import os
import select
import time
from typing import IO

MAX_LINE_BYTES = 32 << 20
"""The longest message taken from a sandbox. Batches of operations stay far below it."""

_CHUNK_BYTES = 1 << 18


class LineReader:
    """The lines that come out of `pipe`, which stays the caller's to close."""

    def __init__(self, pipe: IO[bytes], max_line_bytes: int = MAX_LINE_BYTES) -> None:
        self._pipe, self._max_line_bytes = pipe, max_line_bytes
        self._buffer = bytearray()

    def read(self, deadline_s: float) -> bytes:
        """The next line, without its end.

        Raises:
            TimeoutError: the monotonic clock passed `deadline_s` first.
            EOFError: the pipe ended, or another thread closed it.
            ValueError: the line is longer than the bound.
        """
        scanned = 0
        while (end := self._buffer.find(b"\n", scanned)) < 0:
            scanned = len(self._buffer)
            if scanned > self._max_line_bytes:
                raise ValueError(f"a line of more than {self._max_line_bytes} bytes")
            self._buffer += self._chunk(deadline_s)
        line = bytes(self._buffer[:end])
        del self._buffer[: end + 1]
        return line

    def _chunk(self, deadline_s: float) -> bytes:
        left_s = max(0.0, deadline_s - time.monotonic())
        try:
            # Asked anew each time: the number of a closed pipe may be another sandbox's by now.
            ready = select.select([self._pipe.fileno()], [], [], left_s)[0]
            chunk = os.read(self._pipe.fileno(), _CHUNK_BYTES) if ready else None
        except (OSError, ValueError) as error:
            raise EOFError from error
        if chunk is None:
            raise TimeoutError
        if not chunk:
            raise EOFError
        return chunk
