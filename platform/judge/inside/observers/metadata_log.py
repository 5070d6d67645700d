"""Reads the cluster's own memory, the KRaft metadata log, from the disks of its nodes.

Kafka's DumpLogSegments tells the same, but costs a JVM each time: 2.5 s on two busy cores, where
this takes 40 ms for the same log. A test holds the two against each other.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from judge.errors import JudgeError
from judge.inside.observers import metadata_events as events
from judge.inside.observers import metadata_records as records
from judge.inside.observers.disk import Disks
from judge.inside.observers.replica_log import stored_batches
from judge.inside.observers.stored_batch import StoredBatch

TOPIC = "__cluster_metadata"
_CONTROL_KEY = struct.Struct(">hh")
_LEADER_CHANGE = 2

_Held = dict[int, tuple[int, int, int]]
"""By base offset: the last offset, the CRC and the epoch of a batch on one disk."""


def read_metadata_log(disks: Disks, node: int | None = None) -> list[events.Event]:
    """Everything the quorum has provably decided, oldest first, as `node` has it on its disk.

    Without `node`, as the node has it that holds most of it. What only a minority holds is left
    out: a controller that was cut off writes decisions that never came true.

    Raises JudgeError `metadata-not-understood`, or `metadata-log-incomplete` when the log's
    beginning was deleted or a record in it cannot be what Kafka wrote.
    """
    held = {i: _held(disks.data_dir(i)) for i in disks.ids}
    end = decided_end(held)
    if node is None:
        node = max(held, key=lambda i: sum(last < end for last, _crc, _epoch in held[i].values()))
    if held[node] and min(held[node]) > 0:
        raise JudgeError(
            "metadata-log-incomplete",
            f"The metadata log of node {node} begins at offset {min(held[node])}, not at 0.",
        )
    batches = stored_batches(disks.data_dir(node), TOPIC, 0)
    return list(_events(batch for batch in batches if batch.last_offset < end))


def decided_end(held: Mapping[int, _Held]) -> int:
    """The offset behind the last batch that no later leader of the quorum can undo.

    That is one which a majority has on its disks, and which every log that ends in a later epoch
    has as well: nobody without it can be elected (Raft's election restriction).
    """
    majority = len(held) // 2 + 1
    newest = {
        i: max((epoch for _last, _crc, epoch in log.values()), default=-1)
        for i, log in held.items()
    }
    for base in sorted({base for log in held.values() for base in log}, reverse=True):
        for last, crc, epoch in {log[base] for log in held.values() if base in log}:
            who = {i for i, log in held.items() if log.get(base) == (last, crc, epoch)}
            later = {i for i in held if newest[i] > epoch}
            if len(who) >= majority and later <= who:
                return last + 1
    return 0


def _held(data_dir: Path) -> _Held:
    return {
        batch.base_offset: (batch.last_offset, batch.crc, batch.leader_epoch)
        for batch in stored_batches(data_dir, TOPIC, 0)
    }


def _events(batches: Iterable[StoredBatch]) -> Iterator[events.Event]:
    fold, pending = events.Fold(), list[tuple[object, events.Event]]()
    in_transaction = False
    for batch in batches:
        for offset, key, value in batch.records:
            at = events.Event(wall_ms=batch.max_timestamp_ms, offset=offset)
            if batch.is_control:
                yield from _control(key or b"", value or b"", batch, at)
                continue
            record = records.metadata_record(value or b"")
            if isinstance(record, records.BeginTransaction):
                in_transaction = True
            elif isinstance(record, records.AbortTransaction):
                in_transaction = False
                pending.clear()
            elif isinstance(record, records.EndTransaction):
                in_transaction = False
                for held_back, its_at in pending:
                    yield from fold.take(held_back, its_at)
                pending.clear()
            elif in_transaction:
                pending.append((record, at))
            else:
                yield from fold.take(record, at)


def _control(
    key: bytes, value: bytes, batch: StoredBatch, at: events.Event
) -> Iterator[events.QuorumLeader]:
    if len(key) >= _CONTROL_KEY.size and _CONTROL_KEY.unpack_from(key)[1] == _LEADER_CHANGE:
        # The first fields of both versions of this message are its version and the leader.
        leader = int.from_bytes(value[2:6], "big")
        yield events.QuorumLeader(
            wall_ms=at.wall_ms, offset=at.offset, leader=leader, epoch=batch.leader_epoch
        )
