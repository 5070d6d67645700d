"""Reads a replica's log from its disk: every batch that Kafka itself would keep after a crash.

Kafka's recovery keeps a log up to the first batch that is cut off or whose CRC is wrong, and so
does this. A killed broker may leave its last batch half written, or a tail of zeros: that is no
record, and who asks with `on_torn` is told of it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Literal

from judge.inside.observers.stored_batch import (
    HEADER,
    MAGIC,
    MAGIC_AT,
    StoredBatch,
    batch_end,
    batch_of,
)

__all__ = ["StoredBatch", "Torn", "log_end_offset", "stored_batches"]


@dataclass(frozen=True, slots=True)
class Torn:
    """Where a log stops being one: `left_bytes` from `at_bytes` on in `segment` are no records.

    cut: the batch there is not whole; zeros: nothing was ever written there; corrupt: it is not
    what its CRC says. The end of a live broker's log may be cut because it is being written.
    """

    segment: Path
    at_bytes: int
    left_bytes: int
    why: Literal["cut", "zeros", "corrupt"]


@dataclass(frozen=True, slots=True)
class _End:
    """Where a walk over a segment came to, and the last batch by which to know it again."""

    inode: int
    at_bytes: int
    offset: int
    last_at_bytes: int
    last_header: bytes


_ends: dict[Path, _End] = {}


def stored_batches(
    data_dir: Path,
    topic: str,
    partition: int,
    *,
    on_torn: Callable[[Torn], None] | None = None,
    check_crc: bool = True,
) -> Iterator[StoredBatch]:
    """Every whole batch of a replica, oldest first; none when there is no such replica.

    Reads a segment (8 MB by our settings) at a time. Compacted logs have gaps, so `count` may be
    less than the offsets that a batch spans.

    Args:
        data_dir: the node's log directory; its broker may live, be paused or be dead.
        topic: the topic's name.
        partition: its partition.
        on_torn: told at most once, after the last batch, of what is there and is none.
        check_crc: without it only headers are looked at, which is enough to count and to date.
    """
    for segment in _segments(data_dir, topic, partition):
        try:
            data = memoryview(segment.read_bytes())
        except FileNotFoundError:
            continue  # a live broker has just deleted or compacted it
        at, corrupt = 0, False
        while (end := batch_end(data, at)) is not None:
            batch = batch_of(data[at:end])
            if check_crc and not batch.crc_fits:
                corrupt = True
                break
            yield batch
            at = end
        if at < len(data):
            # What comes after a torn batch is none of the log's, even in later segments.
            if on_torn is not None:
                on_torn(Torn(segment, at, len(data) - at, _why(data[at:], corrupt)))
            return


def _why(rest: memoryview, corrupt: bool) -> Literal["cut", "zeros", "corrupt"]:
    if corrupt:
        return "corrupt"
    if not any(rest):
        return "zeros"
    # A header that cannot be one is not what a write that was cut short leaves behind.
    return "corrupt" if len(rest) > HEADER.size and rest[MAGIC_AT] != MAGIC else "cut"


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
    while (end := batch_end(data, at)) is not None:
        fields = HEADER.unpack_from(data, at)
        offset = fields[0] + fields[6] + 1
        at, last_at = end, at
    if last_at is None:
        return known
    header = data[last_at : last_at + HEADER.size]
    return _End(known.inode, known.at_bytes + at, offset, known.at_bytes + last_at, header)


def _known_end(segment: Path, log: BinaryIO) -> _End:
    """What was seen of this segment before, unless it was truncated or replaced since."""
    inode = os.fstat(log.fileno()).st_ino
    known = _ends.get(segment)
    if known is not None and known.inode == inode:
        log.seek(known.last_at_bytes)
        # The header holds the CRC, so an equal one means the same batch at the same place.
        if log.read(HEADER.size) == known.last_header:
            return known
    # Kafka names a segment after its first offset, so an empty one has an end as well.
    return _End(inode, 0, int(segment.stem), 0, b"")


def _segments(data_dir: Path, topic: str, partition: int) -> list[Path]:
    return sorted((data_dir / f"{topic}-{partition}").glob("*.log"))
