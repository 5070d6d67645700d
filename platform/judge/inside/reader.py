"""Reads topics back from their first record to their last, as a new consumer would."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from confluent_kafka import OFFSET_BEGINNING, KafkaError, TopicPartition

from judge.errors import JudgeError
from judge.history import Op
from judge.inside.clients import consumer
from judge.inside.run_state import RunState

READ_TIMEOUT_S = 30.0
BATCH = 2000
POLL_S = 0.02


@dataclass(frozen=True, slots=True)
class Reading:
    """How one topic is read: who sees it, in the history's words, and which records are ours."""

    source: str
    id_of: Callable[[bytes | None], str | None]


def read_back(run: RunState, topics: Mapping[str, Reading]) -> None:
    """Note every readable record of partition 0 of `topics` that is ours.

    One consumer reads them all: each would take half a second to find its leader and its
    first offset. Reads to the end offset that the broker itself reports, never to a silence: a
    consumer that gives up early would call readable records lost.

    Raises JudgeError `reading-did-not-end`.
    """
    reader = consumer(
        run.bootstrap(),
        **{
            "group.id": f"read-back-{uuid.uuid4().hex}",
            "enable.auto.commit": False,
            "enable.partition.eof": True,
            "isolation.level": "read_uncommitted",
        },
    )
    try:
        reader.assign([TopicPartition(topic, 0, OFFSET_BEGINNING) for topic in topics])
        _read(run, reader, topics)
    finally:
        reader.close()


def _read(run: RunState, reader: Any, topics: Mapping[str, Reading]) -> None:
    deadline, open_topics = time.monotonic() + READ_TIMEOUT_S, set(topics)
    while open_topics and time.monotonic() < deadline:
        found: dict[str, tuple[list[str], list[int]]] = {}
        for message in reader.consume(BATCH, timeout=POLL_S):
            topic = message.topic()
            if message.error() is None:
                if (order_id := topics[topic].id_of(message.value())) is not None:
                    ids, offsets = found.setdefault(topic, ([], []))
                    ids.append(order_id)
                    offsets.append(message.offset())
            elif message.error().code() == KafkaError._PARTITION_EOF and topic in open_topics:
                open_topics.remove(topic)
                _note_read(run, topics, found)
                end = message.offset()
                source = topics[topic].source
                run.note(
                    Op(
                        run.now_ms(),
                        source,
                        "info",
                        "read_end",
                        topic=topic,
                        partition=0,
                        offset=end,
                    )
                )
        _note_read(run, topics, found)
    if open_topics:
        names = ", ".join(sorted(open_topics))
        raise JudgeError(
            "reading-did-not-end", f"{names} was not read to its end in {READ_TIMEOUT_S:g} s"
        )


def _note_read(
    run: RunState,
    topics: Mapping[str, Reading],
    found: dict[str, tuple[list[str], list[int]]],
) -> None:
    for topic, (ids, offsets) in found.items():
        source, detail = topics[topic].source, {"offsets": offsets}
        run.note(
            Op(run.now_ms(), source, "ok", "read", topic=topic, partition=0, ids=ids, detail=detail)
        )
    found.clear()
