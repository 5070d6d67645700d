"""Makes the rows of evidence from what is known of an exchange when its fate is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from judge.inside.tap.call_records import CallRecord, outcome_of
from judge.inside.tap.calls import Call
from judge.inside.tap.exchanges import Exchange
from judge.inside.tap.fetches import Fetches
from judge.inside.tap.produce import Batch, TopicKey
from judge.inside.tap.records import (
    DELIVERED,
    NO_RESPONSE_WANTED,
    NOT_DELIVERED,
    UNANSWERED,
    TapRecord,
)


@dataclass(frozen=True, slots=True)
class Fate:
    """How an exchange ended, and where: `why` is None when its response was delivered."""

    broker: int
    connection: int
    why: str | None
    ended_s: float


def batch_record(
    exchange: Exchange, batch: Batch, fate: Fate, name_of: Callable[[TopicKey], str]
) -> TapRecord:
    """The row of one batch."""
    place = (batch.topic_key, batch.partition)
    result, hidden = exchange.results.get(place), exchange.hidden_offsets
    return TapRecord(
        outcome=_outcome(answered=result is not None, acks=exchange.acks, why=fate.why),
        broker=fate.broker,
        topic=name_of(batch.topic_key),
        partition=batch.partition,
        count=batch.count,
        crc=batch.crc,
        size_bytes=batch.size_bytes,
        acks=exchange.acks,
        producer_id=batch.producer_id,
        producer_epoch=batch.producer_epoch,
        base_sequence=batch.base_sequence,
        sent_s=exchange.sent_s,
        ended_s=fate.ended_s,
        answered_s=exchange.answered_s,
        base_offset=result.base_offset if result else None,
        error=result.error if result else None,
        why=fate.why,
        transactional_id=exchange.transactional_id,
        client_id=exchange.client_id,
        connection=fate.connection,
        version=exchange.version,
        # Of a response that a rule changed, the partitions it left alone are as ever.
        rule=None if hidden and place not in hidden else exchange.rule,
        hidden_offset=hidden.get(place),
    )


def call_records(
    exchange: Exchange, call: Call, fate: Fate, name_of: Callable[[TopicKey], str]
) -> Iterator[CallRecord]:
    """The rows of a call: one for each partition of a commit, else one."""
    record = CallRecord(
        outcome=outcome_of(answered=call.answered, why=fate.why),
        f=call.f,
        id=call.id,
        broker=fate.broker,
        connection=fate.connection,
        sent_s=exchange.sent_s,
        ended_s=fate.ended_s,
        answered_s=exchange.answered_s,
        error=call.error,
        why=fate.why,
        rule=exchange.rule,
        client_id=exchange.client_id,
        detail=call.detail,
    )
    if call.f != "commit":
        yield record
        return
    for (key, partition), offset in call.offsets.items():
        error = call.errors.get((key, partition))
        yield replace(
            record, topic=name_of(key), partition=partition, offset=offset, error=error
        )


def fetch_records(
    sums: Fetches, fate: Fate, name_of: Callable[[TopicKey], str]
) -> Iterator[CallRecord]:
    """The rows of all that a connection fetched."""
    for (key, partition), row in sums.by_place.items():
        detail = {
            "requests": row.requests,
            "first": row.first,
            "last": row.last,
            "errors": row.errors or None,
        }
        yield CallRecord(
            outcome=DELIVERED,
            f="fetch",
            broker=fate.broker,
            connection=fate.connection,
            sent_s=sums.began_s,
            ended_s=fate.ended_s,
            topic=None if key is None else name_of(key),
            partition=partition,
            count=row.records_bytes,
            client_id=sums.client_id,
            detail={key: value for key, value in detail.items() if value is not None},
        )


def _outcome(*, answered: bool, acks: int, why: str | None) -> str:
    if not answered:
        return NO_RESPONSE_WANTED if acks == 0 else UNANSWERED
    return DELIVERED if why is None else NOT_DELIVERED
