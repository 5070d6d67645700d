"""How much of a broker's disk a replica takes: the growth that retention and compaction bound."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from judge.history import Op

_BLOCK_BYTES = 512
"""What `st_blocks` counts in, whatever the file system's own blocks are (POSIX stat)."""


class Disks(Protocol):
    """The nodes of a cluster and their data directories; `judge.inside.brokers.Brokers` is one."""

    @property
    def ids(self) -> Sequence[int]:
        """All nodes, dead ones too."""

    def data_dir(self, i: int, /) -> Path:
        """Where a node keeps its logs."""


@dataclass(frozen=True, slots=True)
class ReplicaSize:
    """`bytes` of records in `segments` files; `allocated_bytes` is what the disk gives for all.

    The latter counts indexes, and segments that are deleted but not gone yet (Kafka waits
    `file.delete.delay.ms`, a minute by default). Index files are sparse, so their length of 10 MB
    says nothing.
    """

    bytes: int
    segments: int
    allocated_bytes: int


def replica_size(data_dir: Path, topic: str, partition: int) -> ReplicaSize | None:
    """The size of a replica now; None when the broker has none.

    A live broker may roll, clean or delete meanwhile: each file is counted as it was found.
    """
    folder = data_dir / f"{topic}-{partition}"
    size = segments = allocated = 0
    try:
        files = list(folder.iterdir())
    except FileNotFoundError:
        return None
    for file in files:
        try:
            found = file.stat()
        except FileNotFoundError:
            continue  # deleted since it was listed
        allocated += found.st_blocks * _BLOCK_BYTES
        if file.suffix == ".log":
            size += found.st_size
            segments += 1
    return ReplicaSize(size, segments, allocated)


def note_sizes(
    disks: Disks,
    partitions: Iterable[tuple[str, int]],
    note: Callable[[Op], None],
    now_ms: Callable[[], float],
) -> None:
    """Note `log/segments` for each replica of `partitions` on every node's disk."""
    wanted = list(partitions)
    for broker in disks.ids:
        for topic, number in wanted:
            size = replica_size(disks.data_dir(broker), topic, number)
            if size is None:
                continue
            note(
                Op(
                    now_ms(),
                    "log",
                    "info",
                    "segments",
                    broker=broker,
                    topic=topic,
                    partition=number,
                    count=size.bytes,
                    detail={
                        "segments": size.segments,
                        "allocated_bytes": size.allocated_bytes,
                    },
                )
            )
