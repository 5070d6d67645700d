"""Reads a replica's log from its disk: every batch that Kafka itself would keep after a crash.

Kafka's recovery keeps a log up to the first batch that is cut off or whose CRC is wrong, and so
does this. A killed broker leaves its last batch half written, or a tail of zeros; neither is an
error here, and neither is a record.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from aiokafka.record.default_records import DefaultRecordBatch
from aiokafka.record.util import calc_crc32c

Record = tuple[int, bytes | None, bytes | None]
"""Offset, key, value."""

_HEADER = struct.Struct(">qiibIhiqqqhii")
_BEFORE_LENGTH = 12
"""Base offset and length: what the length does not count."""

_CRC_FROM = 21
_MAGIC = 2
_CONTROL = 0x20


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
    _raw: bytes = field(repr=False)
    _records: list[Record] | None = field(default=None, repr=False)

    @property
    def size_bytes(self) -> int:
        """The whole batch on the disk, its header with it."""
        return len(self._raw)

    @property
    def records(self) -> list[Record]:
        """The records, decompressed and decoded when first asked for."""
        if self._records is None:
            batch = DefaultRecordBatch(self._raw)
            self._records = [(record.offset, record.key, record.value) for record in batch]
        return self._records


@dataclass(frozen=True, slots=True)
class _End:
    """Where a walk over a segment came to, and the last batch by which to know it again."""

    inode: int
    at_bytes: int
    offset: int
    last_at_bytes: int
    last_header: bytes


_ends: dict[Path, _End] = {}


def stored_batches(data_dir: Path, topic: str, partition: int) -> Iterator[StoredBatch]:
    """Every whole batch of a replica, oldest first; none when there is no such replica.

    Reads a segment (8 MB by our settings) at a time. Compacted logs have gaps, so `count` may be
    less than the offsets that a batch spans.
    """
    for segment in _segments(data_dir, topic, partition):
        try:
            data = segment.read_bytes()
        except FileNotFoundError:
            continue  # a live broker has just deleted or compacted it
        at = 0
        while (end := _batch_end(data, at)) is not None:
            raw = data[at:end]
            batch = _batch(raw)
            if calc_crc32c(memoryview(raw)[_CRC_FROM:]) != batch.crc:
                break
            yield batch
            at = end
        if at < len(data):
            return  # what comes after a torn batch is none of the log's, even in later segments


def log_end_offset(data_dir: Path, topic: str, partition: int) -> int:
    """The offset that the replica's next record will get; 0 when there is no such replica.

    Cheap enough to be asked 50 times a second: it goes on where it left off as long as the last
    batch that it saw is still there, and looks at headers only, not at CRCs.
    """
    segments = _segments(data_dir, topic, partition)
    if not segments:
        return 0
    try:
        end = _walk_on(segments[-1])
    except FileNotFoundError:  # a live broker has just replaced it
        return log_end_offset(data_dir, topic, partition)
    _ends[segments[-1]] = end
    return end.offset


def _walk_on(segment: Path) -> _End:
    with segment.open("rb") as log:
        known = _known_end(segment, log)
        log.seek(known.at_bytes)
        data = log.read()
    at, last_at, offset = 0, None, known.offset
    while (end := _batch_end(data, at)) is not None:
        fields = _HEADER.unpack_from(data, at)
        offset = fields[0] + fields[6] + 1
        at, last_at = end, at
    if last_at is None:
        return known
    header = data[last_at : last_at + _HEADER.size]
    return _End(known.inode, known.at_bytes + at, offset, known.at_bytes + last_at, header)


def _known_end(segment: Path, log: BinaryIO) -> _End:
    """What was seen of this segment before, unless it was truncated or replaced since."""
    inode = os.fstat(log.fileno()).st_ino
    known = _ends.get(segment)
    if known is not None and known.inode == inode:
        log.seek(known.last_at_bytes)
        # The header holds the CRC, so an equal one means the same batch at the same place.
        if log.read(_HEADER.size) == known.last_header:
            return known
    # Kafka names a segment after its first offset, so an empty one has an end as well.
    return _End(inode, 0, int(segment.stem), 0, b"")


def _segments(data_dir: Path, topic: str, partition: int) -> list[Path]:
    return sorted((data_dir / f"{topic}-{partition}").glob("*.log"))


def _batch_end(data: bytes, at: int) -> int | None:
    """Where the batch at `at` ends; None when no whole batch of version 2 is there."""
    if at + _HEADER.size > len(data):
        return None
    fields = _HEADER.unpack_from(data, at)
    end = at + _BEFORE_LENGTH + int(fields[1])
    if fields[3] != _MAGIC or end < at + _HEADER.size or end > len(data):
        return None
    return end


def _batch(raw: bytes) -> StoredBatch:
    base, _, epoch, _, crc, attributes, delta, _, _, *producer, count = _HEADER.unpack_from(raw)
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
        _raw=raw,
    )
