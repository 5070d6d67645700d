"""Reads what became of every transaction from the coordinators' logs, `__transaction_state`."""

# No `from __future__ import annotations` here: kio reads the fields' types as they are.
import struct
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

from kio.serial import entity_reader
from kio.static.constants import EntityType
from kio.static.primitive import i8, i16, i32, i64

from judge.errors import JudgeError
from judge.history import Op
from judge.inside.observers.disk import Disks
from judge.inside.observers.replica_log import stored_batches
from judge.inside.observers.stored_batch import StoredBatch

TOPIC = "__transaction_state"
STATES = (
    "Empty",
    "Ongoing",
    "PrepareCommit",
    "PrepareAbort",
    "CompleteCommit",
    "CompleteAbort",
    "Dead",
    "PrepareEpochFence",
)
"""Kafka's own words, by the number in the log."""

_KEY = struct.Struct(">hh")
_VALUE = struct.Struct(">h")
_KEY_VERSION, _VALUE_VERSION = 0, 1


@dataclass(frozen=True, slots=True, kw_only=True)
class _Partitions:
    __type__: ClassVar = EntityType.nested
    __version__: ClassVar[i16] = i16(1)
    __flexible__: ClassVar[bool] = True
    topic: str = field(metadata={"kafka_type": "string"})
    partition_ids: tuple[i32, ...] = field(metadata={"kafka_type": "int32"})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Value:
    __type__: ClassVar = EntityType.data
    __version__: ClassVar[i16] = i16(1)
    __flexible__: ClassVar[bool] = True
    producer_id: i64 = field(metadata={"kafka_type": "int64"})
    previous_producer_id: i64 = field(metadata={"kafka_type": "int64", "tag": 0}, default=i64(-1))
    next_producer_id: i64 = field(metadata={"kafka_type": "int64", "tag": 1}, default=i64(-1))
    producer_epoch: i16 = field(metadata={"kafka_type": "int16"})
    transaction_timeout_ms: i32 = field(metadata={"kafka_type": "int32"})
    transaction_status: i8 = field(metadata={"kafka_type": "int8"})
    transaction_partitions: tuple[_Partitions, ...] | None
    last_update_timestamp_ms: i64 = field(metadata={"kafka_type": "int64"})
    start_timestamp_ms: i64 = field(metadata={"kafka_type": "int64"})
    client_transaction_version: i16 = field(
        metadata={"kafka_type": "int16", "tag": 2}, default=i16(0)
    )


_read = entity_reader(_Value)


@dataclass(frozen=True, slots=True)
class TransactionState:
    """What a coordinator wrote of one transactional id at `wall_ms`, its own clock.

    A `producer_epoch` higher than before for the same `producer_id` is a producer that started
    anew, and fences the one before it. `partitions` are those the transaction has written to.
    """

    wall_ms: int
    transactional_id: str
    producer_id: int
    producer_epoch: int
    state: str
    timeout_ms: int
    partitions: tuple[tuple[str, int], ...]


def read_transaction_log(disks: Disks) -> list[TransactionState]:
    """Every state of every transactional id, by time; those of one id in their order.

    The log is compacted in segments of 100 MB only, so nothing of a run is missing from it. A
    state counts when two disks have it (or the only one): with `min.insync.replicas` of two
    nothing else was ever acted upon.

    Raises JudgeError `transaction-log-not-understood`.
    """
    numbers = {
        int(folder.name.rpartition("-")[2])
        for i in disks.ids
        for folder in disks.data_dir(i).glob(f"{TOPIC}-*")
    }
    found = [state for number in sorted(numbers) for state in _states(disks, number)]
    return sorted(found, key=lambda state: state.wall_ms)


def transaction_ops(found: Sequence[TransactionState], run_ms: Callable[[int], float]) -> list[Op]:
    """The states of a run as `transaction` `state` operations; what was before 0 is left out."""
    ops = []
    for state in found:
        if (t_ms := run_ms(state.wall_ms)) < 0:
            continue
        detail: dict[str, Any] = {
            "state": state.state,
            "pid": state.producer_id,
            "pepoch": state.producer_epoch,
            "timeout_ms": state.timeout_ms,
            "partitions": [list(partition) for partition in state.partitions],
        }
        name = state.transactional_id
        ops.append(Op(t_ms, "transaction", "info", "state", id=name, detail=detail))
    return ops


def _states(disks: Disks, number: int) -> Iterator[TransactionState]:
    logs = [list(stored_batches(disks.data_dir(i), TOPIC, number)) for i in disks.ids]
    needed, copies = min(2, len(logs)), dict[tuple[int, int, int], list[StoredBatch]]()
    for batch in (batch for log in logs for batch in log):
        copies.setdefault((batch.base_offset, batch.crc, batch.leader_epoch), []).append(batch)
    latest: dict[str, int] = {}
    for key in sorted(copies):
        batch = copies[key][0]
        if len(copies[key]) < needed or batch.is_control:
            continue
        for _offset, name, value in batch.records:
            if name is None or value is None or (state := _state(name, value)) is None:
                continue
            # Two coordinators' clocks may differ by a little; one id's states keep their order.
            wall_ms = max(state.wall_ms, latest.get(state.transactional_id, 0))
            latest[state.transactional_id] = wall_ms
            yield state if wall_ms == state.wall_ms else replace(state, wall_ms=wall_ms)


def _state(key: bytes, value: bytes) -> TransactionState | None:
    key_version, length = _KEY.unpack_from(key)
    if key_version != _KEY_VERSION:
        return None
    (version,) = _VALUE.unpack_from(value)
    try:
        if version != _VALUE_VERSION:
            raise KeyError(f"version {version}")
        told, _size = _read(value, _VALUE.size)
        state = STATES[told.transaction_status]
    except (KeyError, IndexError) as strange:
        raise JudgeError(
            "transaction-log-not-understood",
            f"__transaction_state holds a record that this engine does not know: {strange}.",
        ) from None
    return TransactionState(
        wall_ms=told.last_update_timestamp_ms,
        transactional_id=key[_KEY.size : _KEY.size + length].decode(),
        producer_id=told.producer_id,
        producer_epoch=told.producer_epoch,
        state=state,
        timeout_ms=told.transaction_timeout_ms,
        partitions=tuple(
            sorted(
                (str(each.topic), int(number))
                for each in told.transaction_partitions or ()
                for number in each.partition_ids
            )
        ),
    )
