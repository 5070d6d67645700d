"""Cuts a byte stream into Kafka's length-prefixed frames, whatever the chunks it arrives in."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from typing import NamedTuple

SIZE_BYTES = 4
"""Every frame begins with its length, a signed big-endian int32 that does not count itself."""

CORRELATION_BYTES = 4
"""A response's first field: the number of the request that it answers."""

_INT32 = struct.Struct(">i")


class BadFrameError(Exception):
    """The announced length cannot be a Kafka frame: negative, too small or too large."""


class Piece(NamedTuple):
    """A stretch of the stream to pass on: a whole frame, or a part of one that is streamed.

    A frame that nobody needs to see whole arrives as several pieces; the first of them holds
    at least the length and the correlation id.
    """

    data: memoryview
    starts: bool
    ends: bool

    @property
    def frame_bytes(self) -> int:
        """The size of the whole frame that this piece starts."""
        return SIZE_BYTES + int(_INT32.unpack_from(self.data)[0])

    @property
    def correlation_id(self) -> int:
        """The correlation id of the response that this piece starts."""
        return int(_INT32.unpack_from(self.data, SIZE_BYTES)[0])


class FrameSplitter:
    """Splits one direction of one connection.

    Args:
        least_bytes: the smallest length a frame may announce.
        most_bytes: the largest; a 2 GB promise or an HTTP request line is refused by this.
        whole: given a frame's correlation id and its size in bytes, whether the frame must be
            collected whole.
            None collects all. What is streamed instead costs no memory, however large.
    """

    def __init__(
        self, least_bytes: int, most_bytes: int, whole: Callable[[int, int], bool] | None = None
    ) -> None:
        self._least_bytes, self._most_bytes, self._whole = least_bytes, most_bytes, whole
        self._chunks: list[bytes | memoryview] = []
        self._needed_bytes = SIZE_BYTES
        self._streaming_bytes = 0
        self.held_bytes = 0
        """Bytes of an unfinished frame that are kept here."""

    def feed(self, data: bytes) -> Iterator[Piece]:
        """Yield what became complete. Raises BadFrameError after the good frames before it."""
        view = memoryview(data)
        if self._streaming_bytes:
            taken = view[: self._streaming_bytes]
            self._streaming_bytes -= len(taken)
            yield Piece(taken, starts=False, ends=not self._streaming_bytes)
            view = view[len(taken) :]
        if self._chunks or len(view) < self._needed_bytes:
            self._keep(view)
            if self.held_bytes < self._needed_bytes:
                return
            view = memoryview(b"".join(self._chunks))
            self._chunks, self.held_bytes = [], 0
        yield from self._split(view)

    def _split(self, view: memoryview) -> Iterator[Piece]:
        while len(view) >= SIZE_BYTES:
            frame_bytes = SIZE_BYTES + self._length(view)
            if len(view) >= frame_bytes:
                yield Piece(view[:frame_bytes], starts=True, ends=True)
                view = view[frame_bytes:]
            elif self._may_stream(view, frame_bytes):
                self._streaming_bytes = frame_bytes - len(view)
                self._needed_bytes = SIZE_BYTES
                yield Piece(view, starts=True, ends=False)
                return
            else:
                self._needed_bytes = self._missing(view, frame_bytes)
                self._keep(view)
                return
        self._needed_bytes = SIZE_BYTES
        self._keep(view)

    def _length(self, view: memoryview) -> int:
        length: int = _INT32.unpack_from(view)[0]
        if not self._least_bytes <= length <= self._most_bytes:
            raise BadFrameError(f"a frame of {length} bytes was announced")
        return length

    def _may_stream(self, view: memoryview, frame_bytes: int) -> bool:
        if self._whole is None or len(view) < SIZE_BYTES + CORRELATION_BYTES:
            return False
        return not self._whole(_INT32.unpack_from(view, SIZE_BYTES)[0], frame_bytes)

    def _missing(self, view: memoryview, frame_bytes: int) -> int:
        """How many bytes to wait for: enough to decide, then all, so that joins stay rare."""
        undecided = self._whole is not None and len(view) < SIZE_BYTES + CORRELATION_BYTES
        return SIZE_BYTES + CORRELATION_BYTES if undecided else frame_bytes

    def _keep(self, view: memoryview) -> None:
        if len(view):
            self._chunks.append(bytes(view))
            self.held_bytes += len(view)
