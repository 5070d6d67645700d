"""One of the program's connections and its twin to the broker, whatever the bytes mean."""

from __future__ import annotations

import select
import socket
import struct
from collections.abc import Callable, Hashable
from functools import partial
from typing import Any

from judge.inside.tap.ends import End
from judge.inside.tap.exchanges import Exchange
from judge.inside.tap.seam import Direction

_READ_BYTES = 1 << 18
_RESET = struct.pack("ii", 1, 0)

Later = Callable[[Any, float, Callable[[], None]], None]
"""Calls a function for a pair after a delay in seconds; see `Proxy.later`."""


class Pair:
    """Passes bytes between program and broker; never blocks, never raises for what they do.

    Drive it with `on_event`, then register what `wanted` asks for. When `closed` is set, both
    sockets are closed. A subclass says what to make of the bytes.
    """

    def __init__(
        self, number: int, broker: int, program: socket.socket, upstream: socket.socket,
        now_s: Callable[[], float], later: Later | None,
    ) -> None:  # fmt: skip
        self.number, self.broker = number, broker
        self.client_id: str | None = None
        self._program = End("program", program, now_s)
        self._upstream = End("broker", upstream, now_s)
        self._later = later
        self._fds = (program.fileno(), upstream.fileno())
        self._connected = self._half_closed = False
        self.closed: str | None = None
        """Why it was closed; None while it is open."""

    @property
    def is_open(self) -> bool:
        """Whether anything can still pass."""
        return self.closed is None

    @property
    def held_bytes(self) -> int:
        """Memory that this connection holds."""
        return self._program.queued_bytes + self._upstream.queued_bytes

    @property
    def read_bytes(self) -> tuple[int, int]:
        """Bytes that came from the program and from the broker."""
        return self._program.read_bytes, self._upstream.read_bytes

    @property
    def fds(self) -> tuple[int, int]:
        """Descriptors of the program's and the broker's socket, also after the close."""
        return self._fds

    def wanted(self) -> tuple[int, int]:
        """The epoll masks wanted for `fds`; 0 means not to be registered.

        A paused socket must leave epoll altogether: a hang-up is reported whatever the mask.
        """
        if self.closed is not None:
            return 0, 0
        if not self._connected:
            return 0, select.EPOLLOUT
        ask = not self._program.ended and not self._upstream.ended and self._takes_requests()
        hear = not self._upstream.ended and self._takes_responses()
        return (
            self._program.mask(read=ask and self._upstream.has_room),
            self._upstream.mask(read=hear and self._program.has_room),
        )

    def on_event(self, fd: int, mask: int) -> None:
        """Do what `mask` says has become possible on `fd`."""
        if self.closed is not None:
            return
        end = self._program if fd == self._fds[0] else self._upstream
        if not self._connected:
            self._finish_connecting()
            return
        try:
            if mask & select.EPOLLOUT:
                self._flush(end)
            elif mask:
                self._read(end)
        except OSError as error:
            self.reset(f"{end.side}-broke: {error.strerror}")

    def flush(self) -> None:
        """Send what was queued outside of `on_event`. Never raises for what the peers do."""
        for end in (self._upstream, self._program):
            try:
                if self._connected and self.closed is None:
                    self._flush(end)
            except OSError as error:
                self.reset(f"{end.side}-broke: {error.strerror}")

    def later(self, delay_s: float, do: Callable[[], None]) -> None:
        """Call `do` after `delay_s`, unless this is closed by then."""
        if self._later is not None:
            self._later(self, delay_s, do)

    def hold(self, direction: Direction, holder: Hashable) -> None:
        """Let nothing more pass in that direction until every holder has released."""
        self._towards(direction).lane.hold(holder)

    def release(self, direction: Direction, holder: Hashable) -> None:
        """Let pass what `holder` alone kept back."""
        end = self._towards(direction)
        end.lane.release(holder)
        # Not here: this may be called from amid a read of the other direction.
        self.later(0.0, partial(self._move, end))

    def slow(
        self, direction: Direction, holder: Hashable, delay_s: Callable[[], float] | None
    ) -> None:
        """Delay that direction from now on, each piece by what `delay_s` gives; None ends it."""
        self._towards(direction).lane.slow(holder, delay_s)

    def reset(self, why: str) -> None:
        """Close both sides with a TCP reset: neither may take what it got for all there was."""
        if self.closed is not None:
            return
        for end in (self._program, self._upstream):
            end.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        self.close(why)

    def close(self, why: str) -> None:
        """Close both sides and settle everything that is still open with `why`."""
        if self.closed is not None:
            return
        self.closed = why
        self._program.sock.close()
        self._upstream.sock.close()
        self._closed(why)

    def _takes_requests(self) -> bool:
        """Whether the program may send more."""
        return True

    def _takes_responses(self) -> bool:
        """Whether more may come from the broker."""
        return True

    def _take(self, end: End, data: bytes) -> None:
        """Bytes came from `end`."""
        raise NotImplementedError

    def _delivered(self, exchange: Exchange, why: str | None) -> None:
        """The last byte of a response was handed to the program's kernel."""

    def _closed(self, why: str) -> None:
        """The sockets are closed: settle what is open."""

    def _queue(self, end: End, data: memoryview, exchange: Exchange | None = None) -> None:
        end.lane.put(data, exchange)
        if end.lane.queued_bytes and not end.timed:
            self._move(end)

    def _move(self, end: End) -> None:
        end.timed = False
        wait_s = end.lane.move()
        if wait_s is not None:
            end.timed = True
            self.later(wait_s, partial(self._move, end))

    def _towards(self, direction: Direction) -> End:
        return self._upstream if direction == "request" else self._program

    def _read(self, end: End) -> None:
        data = end.sock.recv(_READ_BYTES)
        if not data:
            end.ended = True
            self._flush(self._other(end))
            return
        end.read_bytes += len(data)
        try:
            self._take(end, data)
        finally:
            # What was good before a bad frame is recorded as sent, so it must be sent.
            if self.closed is None:
                self._flush(self._other(end))

    def _other(self, end: End) -> End:
        return self._upstream if end is self._program else self._program

    def _flush(self, end: End) -> None:
        # A program that has said its last may be dead: sent to it is then not delivered.
        why = "program-closed" if self._program.ended else None
        for exchange in end.outlet.flush():
            self._delivered(exchange, why)
        if end.queued_bytes:
            return
        if end is self._upstream and self._program.ended:
            if not self._half_closed:
                self._half_closed = True
                end.sock.shutdown(socket.SHUT_WR)
        elif end is self._program and self._upstream.ended:
            self.close("broker-closed")

    def _finish_connecting(self) -> None:
        sock = self._upstream.sock
        error = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if error:
            self.reset("broker-unreachable")
            return
        try:
            sock.getpeername()
        except OSError:
            return  # a stale event: still connecting
        self._connected = True
