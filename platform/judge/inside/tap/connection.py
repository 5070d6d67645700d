"""One of the program's connections and its twin to the broker: bytes pass once they are known."""

from __future__ import annotations

import select
import socket
import struct
from collections.abc import Callable

from judge.inside.tap.codec import PRODUCE, UndecodableError, read_client_id, read_head
from judge.inside.tap.ends import End, broker_end, program_end
from judge.inside.tap.evidence import RECORDED_APIS, Evidence
from judge.inside.tap.exchanges import Exchange, Exchanges
from judge.inside.tap.frames import BadFrameError, Piece
from judge.inside.tap.seam import NoRules, Rules

PAUSE_EXCHANGES = 4096
"""Unanswered requests on one connection above which no further request is read."""

_READ_BYTES = 1 << 18
_RESET = struct.pack("ii", 1, 0)

Later = Callable[["Connection", float, Callable[[], None]], None]
"""Calls a function for a connection after a delay in seconds; see `Proxy.later`."""


class Connection:
    """Passes frames between program and broker; never blocks, never raises for what they do.

    Drive it with `on_event`, then register what `wanted` asks for. When `closed` is set, both
    sockets are closed and every exchange has been settled.
    """

    def __init__(
        self, number: int, broker: int, program: socket.socket, upstream: socket.socket,
        evidence: Evidence, rules: Rules | None = None, later: Later | None = None,
    ) -> None:  # fmt: skip
        self.number, self.broker = number, broker
        self.client_id: str | None = None
        self._evidence, self._rules, self._later = evidence, rules or NoRules(), later
        self._exchanges = Exchanges()
        self._streaming: Exchange | None = None
        self._named = False
        self._program = program_end(program)
        self._upstream = broker_end(upstream, self._must_be_whole)
        self._fds = (program.fileno(), upstream.fileno())
        self._connected = False
        self.closed: str | None = None
        """Why it was closed; None while it is open."""

    @property
    def held_bytes(self) -> int:
        """Memory that this connection holds: unfinished frames and queues."""
        ends = (self._program, self._upstream)
        return sum(end.held_bytes for end in ends) + self._exchanges.held_bytes

    @property
    def is_open(self) -> bool:
        """Whether anything can still pass."""
        return self.closed is None

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
        ask = not self._program.ended and not self._upstream.ended
        ask = ask and len(self._exchanges) < PAUSE_EXCHANGES
        return (
            self._program.mask(read=ask and self._upstream.has_room),
            self._upstream.mask(read=not self._upstream.ended and self._program.has_room),
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
        except (UndecodableError, BadFrameError) as error:
            kind = "bad-frame" if isinstance(error, BadFrameError) else "undecodable"
            self.reset(f"{kind}: {error}")
        except OSError as error:
            self.reset(f"{end.side}-broke: {error.strerror}")

    def to_broker(self, frame: memoryview) -> None:
        """Queue bytes towards the broker."""
        self._upstream.outlet.put(frame)

    def to_program(self, frame: memoryview, exchange: Exchange) -> None:
        """Queue a response; it settles as delivered once its turn has come and it is sent."""
        self._say(exchange, frame, complete=True)

    def withhold(self, exchange: Exchange) -> None:
        """Expect no answer of the broker to this request, but keep its turn."""
        exchange.withheld = True

    def give_up(self, exchange: Exchange, why: str) -> None:
        """Settle an exchange that the broker or the program will never see the end of."""
        self._exchanges.answered(exchange)
        self._settle(exchange, why)
        self._pass_ready()

    def later(self, delay_s: float, do: Callable[[], None]) -> None:
        """Call `do` after `delay_s`, unless this is closed by then."""
        if self._later is not None:
            self._later(self, delay_s, do)

    def reset(self, why: str) -> None:
        """Close both sides with a TCP reset: neither may take what it got for all there was."""
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
        for exchange in self._program.outlet.undelivered() + self._exchanges.drain():
            self._settle(exchange, why)

    def flush(self) -> None:
        """Send what was queued outside of `on_event`. Never raises for what the peers do."""
        try:
            for end in (self._upstream, self._program):
                if self.closed is None:
                    self._flush(end)
        except OSError as error:
            self.reset(f"flush-broke: {error.strerror}")

    def _read(self, end: End) -> None:
        data = end.sock.recv(_READ_BYTES)
        if not data:
            self._on_end(end)
            return
        take, other = self._request, self._upstream
        if end is self._upstream:
            take, other = self._response, self._program
        try:
            for piece in end.splitter.feed(data):
                take(piece)
        finally:
            # What was good before a bad frame is recorded as sent, so it must be sent.
            if self.closed is None:
                self._flush(other)

    def _request(self, piece: Piece) -> None:
        if self.closed is not None:
            return
        head = read_head(piece.data)
        if not self._named:
            self._named, self.client_id = True, read_client_id(head, piece.data)
            self._rules.meet(self)
        exchange = self._evidence.request(head, piece.data)
        unanswerable = exchange.api == PRODUCE and exchange.acks == 0
        if not unanswerable:
            self._exchanges.expect(exchange)
        if exchange.api not in self._rules.apis or not self._rules.request(
            self, exchange, piece.data
        ):
            self.to_broker(piece.data)
        if unanswerable:
            self._settle(exchange, None)

    def _response(self, piece: Piece) -> None:
        if self.closed is not None:
            return
        if self._streaming is None:
            exchange = self._exchanges.next(piece.correlation_id)
            whole = piece.ends
            if whole and exchange.api in RECORDED_APIS:
                # While this may still fail the exchange stays on the list, and so settles.
                self._evidence.response(exchange, piece.data)
            exchange.heard = True
            asked = whole and exchange.api in self._rules.apis
            if asked and self._rules.response(self, exchange, piece.data):
                return
        else:
            exchange = self._streaming
        self._streaming = None if piece.ends else exchange
        self._say(exchange, piece.data, complete=piece.ends)

    def _say(self, exchange: Exchange, data: memoryview, *, complete: bool) -> None:
        self._exchanges.say(exchange, data, complete=complete)
        self._pass_ready()

    def _pass_ready(self) -> None:
        if self.closed is None:
            for data, exchange in self._exchanges.ready():
                self._program.outlet.put(data, exchange)

    def _must_be_whole(self, correlation_id: int) -> bool:
        api = self._exchanges.next(correlation_id).api
        return api in RECORDED_APIS or api in self._rules.apis

    def _flush(self, end: End) -> None:
        # A program that has said its last may be dead: sent to it is then not delivered.
        why = "program-closed" if self._program.ended else None
        for exchange in end.outlet.flush():
            self._settle(exchange, why)
        if end.outlet.queued_bytes:
            return
        if end is self._upstream and self._program.ended:
            end.sock.shutdown(socket.SHUT_WR)
        elif end is self._program and self._upstream.ended:
            self.close("broker-closed")

    def _on_end(self, end: End) -> None:
        """One side has finished. An unfinished frame of it is dropped, as its reader would."""
        end.ended = True
        self._flush(self._upstream if end is self._program else self._program)

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

    def _settle(self, exchange: Exchange, why: str | None) -> None:
        if exchange.settled:
            return
        exchange.settled = True
        self._evidence.settle(exchange, self.broker, self.number, why)
