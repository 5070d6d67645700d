"""Turns exchanges into evidence rows, and keeps the live counts of what was acknowledged."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable
from typing import Any
from uuid import UUID

from judge.inside.tap.calls import CALL_APIS, call_of, note_answer
from judge.inside.tap.codec import (
    FETCH,
    METADATA,
    PRODUCE,
    RequestHead,
    UndecodableError,
    read_request,
    read_response,
)
from judge.inside.tap.exchanges import Exchange
from judge.inside.tap.fetches import Fetches, Room
from judge.inside.tap.frames import Piece
from judge.inside.tap.produce import TopicKey, batches_of, results_of
from judge.inside.tap.rows import Fate, batch_record, call_records, fetch_records

MOST_ROWS = 250_000
"""Some 100 MB for whoever collects them. A program that floods us is cut off, not forgotten."""

_FLUSH_BYTES = 1 << 15

RECORDED_APIS = CALL_APIS | {PRODUCE, METADATA}
"""Their frames are read whole: they are evidence, or Metadata, which names topic ids."""


class Evidence:
    """Reads requests and responses, and writes rows for each once its fate is known.

    Args:
        out_fd: a pipe. A full pipe blocks, and so stops the traffic: no record, no passage.
        now_s: the monotonic clock.
    """

    def __init__(self, out_fd: int, now_s: Callable[[], float]) -> None:
        self._out_fd, self._now_s = out_fd, now_s
        self._buffer = bytearray()
        self._names: dict[UUID, str] = {}
        self._fetches: dict[int, Fetches] = {}
        self.fetch_room = Room()
        self._expected_rows = 0
        self.rows = 0
        self.unread_fetches = 0
        """Fetch responses that could not be read, and were passed on all the same."""
        self.acknowledged: Counter[str] = Counter()
        """Records per topic whose acknowledgement was delivered."""
        self.requests: Counter[int] = Counter()
        """Requests by API number: shows a program that administers instead of producing."""

    @property
    def unflushed(self) -> bool:
        """Whether rows wait for `flush`."""
        return bool(self._buffer)

    def request(self, head: RequestHead, frame: memoryview) -> Exchange:
        """The exchange that a request opens. Raises UndecodableError when it cannot be recorded."""
        exchange = Exchange(head.api, head.version, head.correlation_id, self._now_s())
        self.requests[head.api] += 1
        if head.api == PRODUCE or head.api in CALL_APIS:
            header, body = read_request(head, frame)
            exchange.client_id = header.client_id
            self._take_in(exchange, body)
            if self._expected_rows > MOST_ROWS:
                raise UndecodableError(f"more than {MOST_ROWS} rows of evidence in one run")
        return exchange

    def response(self, exchange: Exchange, frame: memoryview) -> None:
        """Note what a whole response says. Raises UndecodableError."""
        exchange.answered_s = self._now_s()
        body = read_response(exchange.api, exchange.version, frame)
        if exchange.api == PRODUCE:
            exchange.results = results_of(body)
        elif exchange.api == METADATA:
            self._learn_names(body)
        elif exchange.call:
            note_answer(exchange.call, exchange.api, body)

    def fetched(
        self, connection: int, client_id: str | None, exchange: Exchange, piece: Piece
    ) -> None:
        """Add a Fetch response, or the beginning of one that is streamed, to the sums."""
        self.fetch_room.give_back(connection)
        if connection not in self._fetches:
            self._fetches[connection] = Fetches(exchange.sent_s, client_id)
        sums = self._fetches[connection]
        if not piece.ends:
            sums.add_unread(piece.frame_bytes)
            return
        try:
            sums.add(read_response(FETCH, exchange.version, piece.data))
        except UndecodableError:
            # What was fetched proves nothing that the logs do not prove better: it may pass.
            self.unread_fetches += 1
            sums.add_unread(piece.frame_bytes)

    def settle(self, exchange: Exchange, broker: int, connection: int, why: str | None) -> None:
        """Write the rows of an exchange whose fate is known; `why` is None when delivered."""
        fate = Fate(broker, connection, why, self._now_s())
        for batch in exchange.batches:
            record = batch_record(exchange, batch, fate, self.name_of)
            if record.acknowledged:
                self.acknowledged[record.topic] += record.count
            self._write(record.to_line())
        if exchange.call:
            for row in call_records(exchange, exchange.call, fate, self.name_of):
                self._write(row.to_line())
        if len(self._buffer) >= _FLUSH_BYTES:
            self.flush()

    def settle_fetches(self, broker: int, connection: int) -> None:
        """The connection is over: write the rows of what it fetched."""
        self.fetch_room.give_back(connection)
        sums = self._fetches.pop(connection, None)
        if sums is None or self._expected_rows + len(sums.by_place) > MOST_ROWS:
            return
        self._expected_rows += len(sums.by_place)
        for row in fetch_records(sums, Fate(broker, connection, None, self._now_s()), self.name_of):
            self._write(row.to_line())

    def flush(self) -> None:
        """Hand all rows to the pipe. Raises OSError when nobody reads it any more."""
        rest = memoryview(bytes(self._buffer))
        self._buffer.clear()
        while rest:
            rest = rest[os.write(self._out_fd, rest) :]

    def acknowledged_records(self, topic: str) -> int:
        """Records of `topic` whose acknowledgement was delivered."""
        return self.acknowledged[topic]

    def name_of(self, key: TopicKey) -> str:
        """A topic's name; an id that no Metadata response has named stays visible as itself."""
        return key if isinstance(key, str) else self._names.get(key, str(key))

    def now_s(self) -> float:
        """The clock that dates the evidence."""
        return self._now_s()

    def _take_in(self, exchange: Exchange, body: Any) -> None:
        if exchange.api == PRODUCE:
            exchange.batches = batches_of(body)
            exchange.acks = body.acks
            exchange.transactional_id = body.transactional_id
            self._expected_rows += len(exchange.batches)
        else:
            exchange.call = call_of(exchange.api, body)
            exchange.transactional_id = exchange.call.transactional_id
            self._expected_rows += max(1, len(exchange.call.offsets))

    def _write(self, line: str) -> None:
        self._buffer += line.encode()
        self.rows += 1

    def _learn_names(self, body: Any) -> None:
        for topic in body.topics:
            topic_id = getattr(topic, "topic_id", None)
            if topic_id is not None and topic.name:
                self._names[topic_id] = topic.name
