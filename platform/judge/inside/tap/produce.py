"""What a Produce request carries and what its response says, partition by partition."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from judge.inside.tap.codec import UndecodableError, error_name

TopicKey = str | UUID
"""How a request names its topic: by name, or by topic id from Produce version 13 on."""

_BATCH_HEADER = struct.Struct(">qiibIhiqqqhiI")
_LENGTH_FROM = 12
"""A batch's length does not count its base offset and itself."""
_MAGIC = 2


@dataclass(frozen=True, slots=True)
class Batch:
    """One record batch on its way to one partition; `crc` is unsigned and survives the append."""

    topic_key: TopicKey
    partition: int
    count: int
    crc: int
    producer_id: int
    producer_epoch: int
    base_sequence: int
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Result:
    """What the broker answered for one partition. `base_offset` is None on an error."""

    error: str | None
    base_offset: int | None


Place = tuple[TopicKey, int]


def batches_of(body: Any) -> tuple[Batch, ...]:
    """The batches of a decoded Produce request.

    Raises UndecodableError for what cannot be recorded one to one: no records, an old format,
    bytes after the batch, a partition named twice.
    """
    batches = tuple(
        _batch(topic, part)
        for topic in _all(body.topic_data)
        for part in _all(topic.partition_data)
    )
    if len({(b.topic_key, b.partition) for b in batches}) != len(batches):
        raise UndecodableError("a partition appears twice in one request")
    return batches


def results_of(body: Any) -> Mapping[Place, Result]:
    """The results of a decoded Produce response, by topic key and partition."""
    return {
        (topic_key_of(topic), part.index): _result(part)
        for topic in body.responses
        for part in topic.partition_responses
    }


def topic_key_of(topic: Any) -> TopicKey:
    """How a topic of a request or response is named. Raises UndecodableError without a name."""
    key = topic.topic_id if hasattr(topic, "topic_id") else topic.name
    if not isinstance(key, str | UUID):
        raise UndecodableError("a topic without name and id")
    return key


def _batch(topic: Any, part: Any) -> Batch:
    records = part.records
    if records is None or len(records) < _BATCH_HEADER.size:
        raise UndecodableError("a partition without a record batch")
    (_, length, _, magic, crc, _, _, _, _, pid, epoch, sequence, count) = _BATCH_HEADER.unpack_from(
        records
    )
    if magic != _MAGIC:
        raise UndecodableError(f"record format {magic}; only {_MAGIC} is known")
    if length + _LENGTH_FROM != len(records):
        raise UndecodableError("more or less than one record batch for a partition")
    return Batch(topic_key_of(topic), part.index, count, crc, pid, epoch, sequence, len(records))


def _result(part: Any) -> Result:
    error = error_name(part.error_code)
    return Result(error, None if error or part.base_offset < 0 else part.base_offset)


def _all(items: Iterable[Any] | None) -> Iterable[Any]:
    if items is None:
        raise UndecodableError("a null array")
    return items
