"""A connection whose frames are read: requests and responses pass once they are evidence."""

from __future__ import annotations

import socket

from judge.inside.tap.codec import FETCH, PRODUCE, UndecodableError, read_client_id, read_head
from judge.inside.tap.ends import PAUSE_BYTES, End
from judge.inside.tap.evidence import RECORDED_APIS, Evidence
from judge.inside.tap.exchanges import Exchange, Exchanges
from judge.inside.tap.frames import BadFrameError, FrameSplitter, Piece
from judge.inside.tap.guard import Guard
from judge.inside.tap.pair import Later, Pair
from judge.inside.tap.seam import NoRules, Rules

MOST_REQUEST_BYTES = 8 << 20
"""Clients send at most 1 MB by default; Kafka itself would take 100 MB."""

MOST_RESPONSE_BYTES = 128 << 20
"""Brokers answer a fetch with at most 55 MB, and one batch more; those are streamed."""

LEAST_REQUEST_BYTES, LEAST_RESPONSE_BYTES = 8, 4
"""API, version and correlation id; correlation id alone."""

PAUSE_EXCHANGES = 4096
"""Unanswered requests on one connection above which no further request is read."""


class Connection(Pair):
    """Records what passes, and shows the rules what they asked for.

    What cannot be read breaks the connection. When `closed` is set, every exchange is settled.
    """

    def __init__(
        self, number: int, broker: int, program: socket.socket, upstream: socket.socket,
        evidence: Evidence, rules: Rules | None = None, later: Later | None = None,
        guard: Guard | None = None,
    ) -> None:  # fmt: skip
        super().__init__(number, broker, program, upstream, evidence.now_s, later)
        self._evidence, self._rules = evidence, rules or NoRules()
        self._guard = guard or Guard(evidence.name_of)
        self._requests = FrameSplitter(LEAST_REQUEST_BYTES, MOST_REQUEST_BYTES)
        self._responses = FrameSplitter(
            LEAST_RESPONSE_BYTES, MOST_RESPONSE_BYTES, self._must_be_whole
        )
        self._exchanges = Exchanges()
        self._streaming: Exchange | None = None
        self._named = False

    @property
    def held_bytes(self) -> int:
        """Memory that this connection holds: unfinished frames and queues."""
        unfinished = self._requests.held_bytes + self._responses.held_bytes
        return super().held_bytes + unfinished + self._exchanges.held_bytes

    def to_broker(self, frame: memoryview) -> None:
        """Queue bytes towards the broker."""
        self._queue(self._upstream, frame)

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

    def _takes_requests(self) -> bool:
        return len(self._exchanges) < PAUSE_EXCHANGES

    def _takes_responses(self) -> bool:
        return self._exchanges.held_bytes < PAUSE_BYTES

    def _take(self, end: End, data: bytes) -> None:
        requests = end is self._program
        splitter = self._requests if requests else self._responses
        take = self._request if requests else self._response
        try:
            for piece in splitter.feed(data):
                take(piece)
        except (UndecodableError, BadFrameError) as error:
            kind = "bad-frame" if isinstance(error, BadFrameError) else "undecodable"
            # What was good before a bad frame is recorded as sent, so it must be sent.
            self.flush()
            self.reset(f"{kind}: {error}")

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
        if not self._guard.refuses(self, exchange, piece.data) and (
            exchange.api not in self._rules.apis
            or not self._rules.request(self, exchange, piece.data)
        ):
            self.to_broker(piece.data)
        if unanswerable:
            self._settle(exchange, None)

    def _response(self, piece: Piece) -> None:
        if self.closed is not None:
            return
        exchange = self._streaming
        if exchange is None:
            exchange = self._exchanges.next(piece.correlation_id)
            if piece.ends and exchange.api in RECORDED_APIS:
                # While this may still fail the exchange stays on the list, and so settles.
                self._evidence.response(exchange, piece.data)
            elif exchange.api == FETCH:
                self._evidence.fetched(self.number, self.client_id, exchange, piece)
            exchange.heard = True
            asked = piece.ends and exchange.api in self._rules.apis
            if asked and self._rules.response(self, exchange, piece.data):
                return
        self._streaming = None if piece.ends else exchange
        self._say(exchange, piece.data, complete=piece.ends)

    def _say(self, exchange: Exchange, data: memoryview, *, complete: bool) -> None:
        self._exchanges.say(exchange, data, complete=complete)
        self._pass_ready()

    def _pass_ready(self) -> None:
        if self.closed is None:
            for data, exchange in self._exchanges.ready():
                self._queue(self._program, data, exchange)

    def _must_be_whole(self, correlation_id: int, frame_bytes: int) -> bool:
        api = self._exchanges.next(correlation_id).api
        if api == FETCH:
            return self._evidence.fetch_room.take(self.number, frame_bytes)
        return api in RECORDED_APIS or api in self._rules.apis

    def _delivered(self, exchange: Exchange, why: str | None) -> None:
        self._settle(exchange, why)

    def _closed(self, why: str) -> None:
        ready = self._program.outlet.undelivered() + self._program.lane.undelivered()
        for exchange in ready + self._exchanges.drain():
            self._settle(exchange, why)
        self._evidence.settle_fetches(self.broker, self.number)

    def _settle(self, exchange: Exchange, why: str | None) -> None:
        if exchange.settled:
            return
        exchange.settled = True
        self._evidence.settle(exchange, self.broker, self.number, why)
