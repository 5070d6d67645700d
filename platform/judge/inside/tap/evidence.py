"""Turns exchanges into evidence rows, and keeps the live counts of what was acknowledged."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

from judge.inside.tap.call_records import CallRecord, outcome_of
from judge.inside.tap.calls import CALL_APIS, Call, call_of, note_answer
from judge.inside.tap.codec import (
    METADATA,
    PRODUCE,
    RequestHead,
    UndecodableError,
    read_request,
    read_response,
)
from judge.inside.tap.exchanges import Exchange
from judge.inside.tap.produce import Batch, TopicKey, batches_of, results_of
from judge.inside.tap.records import (
    DELIVERED,
    NO_RESPONSE_WANTED,
    NOT_DELIVERED,
    UNANSWERED,
    TapRecord,
)

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
        self._expected_rows = 0
        self.rows = 0
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
        if head.api in RECORDED_APIS and head.api != METADATA:
            header, body = read_request(head, frame)
            exchange.client_id = header.client_id
            self._take_in(exchange, body)
            if self._expected_rows > MOST_ROWS:
                raise UndecodableError(f"more than {MOST_ROWS} rows of evidence in one run")
        return exchange

    def response(self, exchange: Exchange, frame: memoryview) -> None:
        """Note what a whole response says. Raises UndecodableError."""
        exchange.answered_s = self._now_s()
        if exchange.api == PRODUCE:
            exchange.results = results_of(read_response(PRODUCE, exchange.version, frame))
        elif exchange.api == METADATA:
            self._learn_names(read_response(METADATA, exchange.version, frame))
        elif exchange.call:
            body = read_response(exchange.api, exchange.version, frame)
            note_answer(exchange.call, exchange.api, body)

    def settle(self, exchange: Exchange, broker: int, connection: int, why: str | None) -> None:
        """Write the rows of an exchange whose fate is known; `why` is None when delivered."""
        ended_s = self._now_s()
        for batch in exchange.batches:
            record = self._record(exchange, batch, broker, connection, why, ended_s)
            if record.acknowledged:
                self.acknowledged[record.topic] += record.count
            self._write(record.to_line())
        if exchange.call:
            for row in self._calls(exchange, exchange.call, broker, connection, why, ended_s):
                self._write(row.to_line())
        if len(self._buffer) >= _FLUSH_BYTES:
            self.flush()

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

    def _calls(
        self, exchange: Exchange, call: Call, broker: int, connection: int,
        why: str | None, ended_s: float,
    ) -> list[CallRecord]:  # fmt: skip
        record = CallRecord(
            outcome=outcome_of(answered=call.answered, why=why),
            f=call.f,
            id=call.id,
            broker=broker,
            connection=connection,
            sent_s=exchange.sent_s,
            ended_s=ended_s,
            answered_s=exchange.answered_s,
            error=call.error,
            why=why,
            rule=exchange.rule,
            client_id=exchange.client_id,
            detail=call.detail,
        )
        if call.f != "commit":
            return [record]
        return [
            replace(
                record,
                topic=self.name_of(key),
                partition=partition,
                offset=offset,
                error=call.errors.get((key, partition)),
            )
            for (key, partition), offset in call.offsets.items()
        ]

    def _record(
        self, exchange: Exchange, batch: Batch, broker: int, connection: int,
        why: str | None, ended_s: float,
    ) -> TapRecord:  # fmt: skip
        place = (batch.topic_key, batch.partition)
        result, hidden = exchange.results.get(place), exchange.hidden_offsets
        return TapRecord(
            outcome=_outcome(answered=result is not None, acks=exchange.acks, why=why),
            broker=broker,
            topic=self.name_of(batch.topic_key),
            partition=batch.partition,
            count=batch.count,
            crc=batch.crc,
            size_bytes=batch.size_bytes,
            acks=exchange.acks,
            producer_id=batch.producer_id,
            producer_epoch=batch.producer_epoch,
            base_sequence=batch.base_sequence,
            sent_s=exchange.sent_s,
            ended_s=ended_s,
            answered_s=exchange.answered_s,
            base_offset=result.base_offset if result else None,
            error=result.error if result else None,
            why=why,
            transactional_id=exchange.transactional_id,
            client_id=exchange.client_id,
            connection=connection,
            version=exchange.version,
            # Of a response that a rule changed, the partitions it left alone are as ever.
            rule=None if hidden and place not in hidden else exchange.rule,
            hidden_offset=hidden.get(place),
        )

    def _learn_names(self, body: Any) -> None:
        for topic in body.topics:
            topic_id = getattr(topic, "topic_id", None)
            if topic_id is not None and topic.name:
                self._names[topic_id] = topic.name


def _outcome(*, answered: bool, acks: int, why: str | None) -> str:
    if not answered:
        return NO_RESPONSE_WANTED if acks == 0 else UNANSWERED
    return DELIVERED if why is None else NOT_DELIVERED
