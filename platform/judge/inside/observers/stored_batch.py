"""One record batch of Kafka's format, version 2, as it lies on a disk."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import Literal

from aiokafka.record.default_records import DefaultRecordBatch
from aiokafka.record.util import calc_crc32c

Record = tuple[int, bytes | None, bytes | None]
"""Offset, key, value."""

HEADER = struct.Struct(">qiibIhiqqqhii")
_BEFORE_LENGTH = 12
"""Base offset and length: what the length does not count."""

_CRC_FROM = 21
MAGIC, MAGIC_AT = 2, 16
_CODEC_BITS = 0x07
_TRANSACTIONAL = 0x10
_CONTROL = 0x20
_MARKER_KEY = struct.Struct(">hh")
_OUTCOMES: dict[int, Literal["commit", "abort"]] = {0: "abort", 1: "commit"}

CODECS = ("none", "gzip", "snappy", "lz4", "zstd", "unknown", "unknown", "unknown")
"""By the three bits that name them."""


@dataclass(slots=True)
class StoredBatch:
    """One record batch as it lies on a disk. `crc` joins it with the same batch elsewhere.

    `leader_epoch` is that of the leader who appended it; producer fields are −1 when the producer
    was not idempotent. The CRC does not cover the offset and the epoch, which brokers set.
    """

    base_offset: int
    last_offset: int
    count: int
    crc: int
    leader_epoch: int
    producer_id: int
    producer_epoch: int
    base_sequence: int
    is_control: bool
    is_transactional: bool
    codec: str
    max_timestamp_ms: int
    _raw: memoryview = field(repr=False)
    _records: list[Record] | None = field(default=None, repr=False)

    @property
    def size_bytes(self) -> int:
        """The whole batch on the disk, its header with it."""
        return len(self._raw)

    @property
    def crc_fits(self) -> bool:
        """Whether the batch is what its CRC says."""
        return bool(calc_crc32c(self._raw[_CRC_FROM:]) == self.crc)

    @property
    def outcome(self) -> Literal["commit", "abort"] | None:
        """How the producer's transaction ended, when this batch is the marker that says so."""
        if not self.is_control:
            return None
        key = self.records[0][1] or b""
        if len(key) < _MARKER_KEY.size:
            return None
        return _OUTCOMES.get(_MARKER_KEY.unpack_from(key)[1])

    @property
    def records(self) -> list[Record]:
        """The records, decompressed and decoded when first asked for."""
        if self._records is None:
            batch = DefaultRecordBatch(bytes(self._raw))
            self._records = [(record.offset, record.key, record.value) for record in batch]
        return self._records


def batch_end(data: bytes | memoryview, at: int) -> int | None:
    """Where the batch at `at` ends; None when no whole batch of version 2 is there."""
    if at + HEADER.size > len(data):
        return None
    fields = HEADER.unpack_from(data, at)
    end = at + _BEFORE_LENGTH + int(fields[1])
    if fields[3] != MAGIC or end < at + HEADER.size or end > len(data):
        return None
    return end


def batch_of(raw: memoryview) -> StoredBatch:
    """What the header of one whole batch says."""
    base, _, epoch, _, crc, attributes, delta, _, newest, *producer, count = HEADER.unpack_from(raw)
    return StoredBatch(
        base_offset=base,
        last_offset=base + delta,
        count=count,
        crc=crc,
        leader_epoch=epoch,
        producer_id=producer[0],
        producer_epoch=producer[1],
        base_sequence=producer[2],
        is_control=bool(attributes & _CONTROL),
        is_transactional=bool(attributes & _TRANSACTIONAL),
        codec=CODECS[attributes & _CODEC_BITS],
        max_timestamp_ms=newest,
        _raw=raw,
    )
