"""The records of Kafka's metadata log that tell of topics, partitions, brokers and settings.

kio's generated types end with the clients' protocol; these are written in its manner after Kafka
4.3's definitions, and read by it. A test compares all of them with what DumpLogSegments prints.
"""

# No `from __future__ import annotations` here: kio reads the fields' types as they are.
import uuid
from dataclasses import dataclass, field
from typing import Any, ClassVar

from kio.serial import entity_reader
from kio.serial.readers import Reader, read_unsigned_varint
from kio.static.constants import EntityType
from kio.static.primitive import i8, i16, i32, i64, u16

from judge.errors import JudgeError

LEADER_UNCHANGED = -2
_FRAME = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class _Record:
    __type__: ClassVar = EntityType.data
    __version__: ClassVar[i16] = i16(0)
    __flexible__: ClassVar[bool] = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint(_Record):
    """Where a broker listens."""

    __type__: ClassVar = EntityType.nested
    name: str = field(metadata={"kafka_type": "string"})
    host: str = field(metadata={"kafka_type": "string"})
    port: u16 = field(metadata={"kafka_type": "uint16"})
    security_protocol: i16 = field(metadata={"kafka_type": "int16"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Feature(_Record):
    """What a broker can do."""

    __type__: ClassVar = EntityType.nested
    name: str = field(metadata={"kafka_type": "string"})
    min_supported_version: i16 = field(metadata={"kafka_type": "int16"})
    max_supported_version: i16 = field(metadata={"kafka_type": "int16"})


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterBroker(_Record):
    """A broker process has come up. It is fenced until a `BrokerChange` says otherwise."""

    broker_id: i32 = field(metadata={"kafka_type": "int32"})
    is_migrating_zk_broker: bool = field(metadata={"kafka_type": "bool"})
    incarnation_id: uuid.UUID | None = field(metadata={"kafka_type": "uuid"})
    broker_epoch: i64 = field(metadata={"kafka_type": "int64"})
    end_points: tuple[Endpoint, ...]
    features: tuple[Feature, ...]
    rack: str | None = field(metadata={"kafka_type": "string"})
    fenced: bool = field(metadata={"kafka_type": "bool"})
    in_controlled_shutdown: bool = field(metadata={"kafka_type": "bool"})
    log_dirs: tuple[uuid.UUID | None, ...] | None = field(
        metadata={"kafka_type": "uuid", "tag": 0}, default=None
    )
    cordoned_log_dirs: tuple[uuid.UUID | None, ...] | None = field(
        metadata={"kafka_type": "uuid", "tag": 1}, default=None
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class UnregisterBroker(_Record):
    """A broker was taken off the cluster for good."""

    broker_id: i32 = field(metadata={"kafka_type": "int32"})
    broker_epoch: i64 = field(metadata={"kafka_type": "int64"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic(_Record):
    """A topic was created."""

    name: str = field(metadata={"kafka_type": "string"})
    topic_id: uuid.UUID | None = field(metadata={"kafka_type": "uuid"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Partition(_Record):
    """A partition as it was created, or as it is whole after many changes."""

    partition_id: i32 = field(metadata={"kafka_type": "int32"})
    topic_id: uuid.UUID | None = field(metadata={"kafka_type": "uuid"})
    replicas: tuple[i32, ...] = field(metadata={"kafka_type": "int32"})
    isr: tuple[i32, ...] = field(metadata={"kafka_type": "int32"})
    removing_replicas: tuple[i32, ...] = field(metadata={"kafka_type": "int32"})
    adding_replicas: tuple[i32, ...] = field(metadata={"kafka_type": "int32"})
    leader: i32 = field(metadata={"kafka_type": "int32"})
    leader_recovery_state: i8 = field(metadata={"kafka_type": "int8", "tag": 0}, default=i8(0))
    leader_epoch: i32 = field(metadata={"kafka_type": "int32"})
    partition_epoch: i32 = field(metadata={"kafka_type": "int32"})
    directories: tuple[uuid.UUID | None, ...] = field(metadata={"kafka_type": "uuid"})
    eligible_leader_replicas: tuple[i32, ...] | None = field(
        metadata={"kafka_type": "int32", "tag": 1}, default=None
    )
    last_known_elr: tuple[i32, ...] | None = field(
        metadata={"kafka_type": "int32", "tag": 2}, default=None
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class PartitionChange(_Record):
    """What changed of a partition; None, and −2 for the leader, is what did not."""

    partition_id: i32 = field(metadata={"kafka_type": "int32"})
    topic_id: uuid.UUID | None = field(metadata={"kafka_type": "uuid"})
    isr: tuple[i32, ...] | None = field(metadata={"kafka_type": "int32", "tag": 0}, default=None)
    leader: i32 = field(metadata={"kafka_type": "int32", "tag": 1}, default=i32(-2))
    replicas: tuple[i32, ...] | None = field(
        metadata={"kafka_type": "int32", "tag": 2}, default=None
    )
    removing_replicas: tuple[i32, ...] | None = field(
        metadata={"kafka_type": "int32", "tag": 3}, default=None
    )
    adding_replicas: tuple[i32, ...] | None = field(
        metadata={"kafka_type": "int32", "tag": 4}, default=None
    )
    leader_recovery_state: i8 = field(metadata={"kafka_type": "int8", "tag": 5}, default=i8(-1))
    eligible_leader_replicas: tuple[i32, ...] | None = field(
        metadata={"kafka_type": "int32", "tag": 6}, default=None
    )
    last_known_elr: tuple[i32, ...] | None = field(
        metadata={"kafka_type": "int32", "tag": 7}, default=None
    )
    directories: tuple[uuid.UUID | None, ...] | None = field(
        metadata={"kafka_type": "uuid", "tag": 8}, default=None
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Config(_Record):
    """A setting of a topic (`resource_type` 2) or broker (4) was set, or removed when None."""

    resource_type: i8 = field(metadata={"kafka_type": "int8"})
    resource_name: str = field(metadata={"kafka_type": "string"})
    name: str = field(metadata={"kafka_type": "string"})
    value: str | None = field(metadata={"kafka_type": "string"})


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveTopic(_Record):
    """A topic was deleted."""

    topic_id: uuid.UUID | None = field(metadata={"kafka_type": "uuid"})


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerChange(_Record):
    """A broker was fenced (1) or unfenced (−1), or began to shut down; 0 is no change."""

    broker_id: i32 = field(metadata={"kafka_type": "int32"})
    broker_epoch: i64 = field(metadata={"kafka_type": "int64"})
    fenced: i8 = field(metadata={"kafka_type": "int8", "tag": 0}, default=i8(0))
    in_controlled_shutdown: i8 = field(metadata={"kafka_type": "int8", "tag": 1}, default=i8(0))
    log_dirs: tuple[uuid.UUID | None, ...] | None = field(
        metadata={"kafka_type": "uuid", "tag": 2}, default=None
    )
    cordoned_log_dirs: tuple[uuid.UUID | None, ...] | None = field(
        metadata={"kafka_type": "uuid", "tag": 3}, default=None
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ClearElr(_Record):
    """The eligible leader replicas of one topic, or of all when unnamed, count no more."""

    topic_name: str = field(metadata={"kafka_type": "string"})


@dataclass(frozen=True, slots=True, kw_only=True)
class BeginTransaction(_Record):
    """What follows counts once an `EndTransaction` does."""

    name: str | None = field(metadata={"kafka_type": "string", "tag": 0}, default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class EndTransaction(_Record):
    """What came since the `BeginTransaction` counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AbortTransaction(_Record):
    """What came since the `BeginTransaction` never counted."""

    reason: str | None = field(metadata={"kafka_type": "string", "tag": 0}, default=None)


_KNOWN: dict[int, tuple[type[_Record], range]] = {
    0: (RegisterBroker, range(2, 5)),
    1: (UnregisterBroker, range(1)),
    2: (Topic, range(1)),
    3: (Partition, range(1, 3)),
    4: (Config, range(1)),
    5: (PartitionChange, range(3)),
    9: (RemoveTopic, range(1)),
    17: (BrokerChange, range(4)),
    23: (BeginTransaction, range(1)),
    24: (EndTransaction, range(1)),
    25: (AbortTransaction, range(1)),
    28: (ClearElr, range(1)),
}
"""By Kafka's key: what it is, and the versions whose untagged fields are those given here."""

_PASSED_OVER = frozenset({10, 11, 12, 14, 15, 18, 19, 20, 21, 22, 26, 27})
"""Tokens, SCRAM, features, quotas, producer ids, ACLs, no-ops, ZooKeeper, controllers."""

_readers: dict[int, Reader[Any]] = {}


def metadata_record(value: bytes) -> object | None:
    """One record's value; None for a kind that tells nothing of use here (ACLs, quotas, …).

    Raises JudgeError `metadata-not-understood` for a kind, version or field that is not known: a
    guess would be a false witness.
    """
    at, numbers = 0, []
    for _ in range(3):
        number, size = read_unsigned_varint(value, at)
        numbers.append(int(number))
        at += size
    frame, key, version = numbers
    if frame == _FRAME and key in _PASSED_OVER:
        return None
    kind, versions = _KNOWN.get(key, (None, range(0)))
    if frame != _FRAME or kind is None or version not in versions:
        raise _not_understood(key, version, f"frame {frame}")
    if key not in _readers:
        _readers[key] = entity_reader(kind)
    try:
        record, size = _readers[key](value, at)
    except KeyError as unknown_field:
        raise _not_understood(key, version, str(unknown_field)) from None
    if at + size != len(value):
        raise _not_understood(key, version, f"{len(value) - at - size} bytes too many")
    found: object = record
    return found


def _not_understood(key: int, version: int, why: str) -> JudgeError:
    return JudgeError(
        "metadata-not-understood",
        f"The metadata log holds a record {key} of version {version} that this engine does not"
        f" know: {why}.",
    )
