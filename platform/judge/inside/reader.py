"""Reads topics back from their first record to their last, as a new consumer would."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from confluent_kafka import KafkaError, TopicPartition

from judge.errors import JudgeError
from judge.history import Op
from judge.inside.clients import consumer
from judge.inside.read_ends import ReadEnds
from judge.inside.run_state import Part, RunState
from judge.terms import READ_UNCOMMITTED

READ_TIMEOUT_S = 30.0
BATCH = 2000
POLL_S = 0.02
FIRST = 0
"""Where reading begins. Where records were deleted that offset is out of range, and our consumers'
`auto.offset.reset` makes it the log's first. OFFSET_BEGINNING would say the same and take half a
second more: librdkafka asks for it before it knows a leader, and then waits for its 500 ms timer
(`rd_kafka_toppar_offset_request`)."""


@dataclass(frozen=True, slots=True)
class Reading:
    """How one topic is read: who sees it, in the history's words, and which records are ours.

    keeps: of a topic of copies, whether the record with this id, key and value is a faithful one.
    """

    source: str
    id_of: Callable[[bytes | None], str | None]
    partitions: int = 1
    keeps: Callable[[str, bytes | None, bytes], bool] | None = None


def read_back(
    run: RunState, topics: Mapping[str, Reading], isolation: str = READ_UNCOMMITTED
) -> None:
    """Note every readable record of `topics` that is ours.

    One consumer reads them all, to the end offsets that the brokers themselves report, never to a
    silence: a consumer that gives up early would call readable records lost. For the same reason
    an end below the leader's log is not believed at once; see `judge.inside.read_ends`.

    Raises JudgeError `reading-did-not-end`.
    """
    reader = consumer(
        run.bootstrap(),
        **{
            "group.id": f"read-back-{uuid.uuid4().hex}",
            "enable.auto.commit": False,
            "enable.partition.eof": True,
            "isolation.level": isolation,
        },
    )
    parts = {(topic, p) for topic, each in topics.items() for p in range(each.partitions)}
    # The plain level is what a history means when it names none.
    named = {} if isolation == READ_UNCOMMITTED else {"isolation": isolation}
    try:
        reader.assign([TopicPartition(*part, FIRST) for part in sorted(parts)])
        _read(run, reader, topics, ReadEnds(parts, partial(_written, run)), named)
    finally:
        reader.close()


Found = dict[Part, tuple[list[str], list[int], list[int]]]
"""Partition -> ids, their offsets, and the offsets of those that are no faithful copy."""


def _read(
    run: RunState,
    reader: Any,
    topics: Mapping[str, Reading],
    ends: ReadEnds,
    named: Mapping[str, str],
) -> None:
    deadline = time.monotonic() + READ_TIMEOUT_S
    while ends.left and time.monotonic() < deadline:
        found: Found = {}
        for message in reader.consume(BATCH, timeout=POLL_S):
            part = (message.topic(), message.partition())
            if message.error() is None:
                ends.went_on(part)
                _take(message, topics[part[0]], found.setdefault(part, ([], [], [])))
            elif _is_end(message) and ends.reached(part, message.offset()):
                _note_read(run, topics, found, named)
                _note_end(run, topics[part[0]].source, part, message.offset(), named)
        _note_read(run, topics, found, named)
        for part, offset in ends.believed():
            _note_end(run, topics[part[0]].source, part, offset, named)
    if ends.left:
        names = ", ".join(f"{topic}-{partition}" for topic, partition in sorted(ends.left))
        raise JudgeError(
            "reading-did-not-end", f"{names} was not read to its end in {READ_TIMEOUT_S:g} s"
        )


def _is_end(message: Any) -> bool:
    """Whether this is no record, but the news that there is none at this offset."""
    return bool(message.error().code() == KafkaError._PARTITION_EOF)


def _take(message: Any, of: Reading, into: tuple[list[str], list[int], list[int]]) -> None:
    """Keep the record when it is ours."""
    ids, offsets, altered = into
    if (order_id := of.id_of(message.value())) is not None:
        ids.append(order_id)
        offsets.append(message.offset())
        if of.keeps and not of.keeps(order_id, message.key(), message.value()):
            altered.append(message.offset())


def _written(run: RunState, part: Part) -> int | None:
    """Where the leader's log ends; None when nobody is known to lead."""
    leader = run.leaders.get(part)
    return None if leader is None else run.log_ends(*part).get(leader)


def _note_end(
    run: RunState, source: str, part: Part, offset: int, named: Mapping[str, str]
) -> None:
    topic, partition = part
    run.note(
        Op(
            run.now_ms(),
            source,
            "info",
            "read_end",
            topic=topic,
            partition=partition,
            offset=offset,
            detail=dict(named) or None,
        )
    )


def _note_read(
    run: RunState, topics: Mapping[str, Reading], found: Found, named: Mapping[str, str]
) -> None:
    for (topic, partition), (ids, offsets, altered) in found.items():
        if not ids:
            continue  # nothing of ours
        wrong = {"altered": altered} if altered else {}
        run.note(
            Op(
                run.now_ms(),
                topics[topic].source,
                "ok",
                "read",
                topic=topic,
                partition=partition,
                ids=ids,
                detail={"offsets": offsets, **wrong, **named},
            )
        )
    found.clear()
