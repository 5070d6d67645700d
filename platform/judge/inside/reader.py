"""Reads a topic back from its first record to its last, as a new consumer would."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from typing import Any

from confluent_kafka import OFFSET_BEGINNING, KafkaError, TopicPartition

from judge.errors import JudgeError
from judge.history import Op
from judge.inside.clients import consumer
from judge.inside.run_state import RunState

READ_TIMEOUT_S = 30.0
BATCH = 1000


def read_back(
    run: RunState,
    topic: str,
    id_of: Callable[[bytes | None], str | None],
    source: str = "reader",
) -> None:
    """Note every readable record of partition 0 of `topic` that is ours, as seen by `source`.

    Reads to the end offset that the broker itself reports, never to a silence: a consumer that
    gives up early would call readable records lost.

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
        reader.assign([TopicPartition(topic, 0, OFFSET_BEGINNING)])
        _read(run, reader, topic, id_of, source)
    finally:
        reader.close()


def _read(
    run: RunState,
    reader: Any,
    topic: str,
    id_of: Callable[[bytes | None], str | None],
    source: str,
) -> None:
    deadline = time.monotonic() + READ_TIMEOUT_S
    while time.monotonic() < deadline:
        ids: list[str] = []
        offsets: list[int] = []
        ended_at = None
        for message in reader.consume(BATCH, timeout=0.1):
            if message.error() is None:
                if (order_id := id_of(message.value())) is not None:
                    ids.append(order_id)
                    offsets.append(message.offset())
            elif message.error().code() == KafkaError._PARTITION_EOF:
                ended_at = message.offset()
        if ids:
            run.note(
                Op(
                    run.now_ms(),
                    source,
                    "ok",
                    "read",
                    topic=topic,
                    partition=0,
                    ids=ids,
                    detail={"offsets": offsets},
                )
            )
        if ended_at is not None:
            run.note(
                Op(
                    run.now_ms(),
                    source,
                    "info",
                    "read_end",
                    topic=topic,
                    partition=0,
                    offset=ended_at,
                )
            )
            return
    raise JudgeError(
        "reading-did-not-end", f"{topic} was not read to its end in {READ_TIMEOUT_S:g} s"
    )
