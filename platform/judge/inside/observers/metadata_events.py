"""What the records of the metadata log mean, one after the other: elections, fencing, settings."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from judge.inside.observers import metadata_records as records

Election = Literal["clean", "from-elr", "last-known-leader", "unclean"]

TOPIC, BROKER = 2, 4
"""What `Config.resource_type` says the setting is of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Decided at `wall_ms`, the active controller's clock; `offset` is its place in the log."""

    wall_ms: int
    offset: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PartitionState(Event):
    """A partition after a change of it.

    `election` is None when the leader stayed. clean: the new leader was in the ISR. from-elr: it
    was an eligible leader replica, which has every committed record too (KIP-966).
    last-known-leader: nobody was left in either, and the one who led last came back; Kafka calls
    that unclean, but it lost nothing if its disk did not. unclean: it was none of these.
    """

    topic: str
    partition: int
    leader: int | None
    leader_epoch: int
    isr: tuple[int, ...]
    elr: tuple[int, ...]
    last_known_elr: tuple[int, ...]
    recovering: bool
    election: Election | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerFencing(Event):
    """A broker was fenced (it may lead nothing and be in no ISR) or let in again."""

    broker: int
    fenced: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigChange(Event):
    """A setting was set, or taken away when None: of a topic, a broker, or all brokers (None)."""

    topic: str | None
    broker: int | None
    name: str
    value: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicChange(Event):
    """A topic was created or deleted."""

    topic: str
    change: Literal["created", "deleted"]


@dataclass(frozen=True, slots=True, kw_only=True)
class QuorumLeader(Event):
    """A controller became the active one."""

    leader: int
    epoch: int


class Fold:
    """Turns records into events; keeps what the next record changes."""

    def __init__(self) -> None:
        self._names: dict[uuid.UUID | None, str] = {}
        self._partitions: dict[tuple[uuid.UUID | None, int], PartitionState] = {}

    def take(self, record: object, at: Event) -> Iterator[Event]:
        """The events that one record is; none for most."""
        if isinstance(record, records.Topic):
            self._names[record.topic_id] = record.name
            yield TopicChange(
                wall_ms=at.wall_ms, offset=at.offset, topic=record.name, change="created"
            )
        elif isinstance(record, records.RemoveTopic):
            yield from self._remove(record, at)
        elif isinstance(record, records.Partition):
            yield self._create(record, at)
        elif isinstance(record, records.PartitionChange):
            yield from self._change(record, at)
        elif isinstance(record, records.ClearElr):
            yield from self._clear_elr(record, at)
        elif isinstance(record, records.RegisterBroker):
            yield BrokerFencing(
                wall_ms=at.wall_ms, offset=at.offset, broker=record.broker_id, fenced=record.fenced
            )
        elif isinstance(record, records.BrokerChange) and record.fenced:
            yield BrokerFencing(
                wall_ms=at.wall_ms,
                offset=at.offset,
                broker=record.broker_id,
                fenced=record.fenced > 0,
            )
        elif isinstance(record, records.Config):
            yield from _config(record, at)

    def _create(self, record: records.Partition, at: Event) -> PartitionState:
        state = PartitionState(
            wall_ms=at.wall_ms,
            offset=at.offset,
            topic=self._names.get(record.topic_id, str(record.topic_id)),
            partition=record.partition_id,
            leader=_leader(record.leader),
            leader_epoch=record.leader_epoch,
            isr=record.isr,
            elr=record.eligible_leader_replicas or (),
            last_known_elr=record.last_known_elr or (),
            recovering=bool(record.leader_recovery_state),
            election=None,
        )
        self._partitions[record.topic_id, record.partition_id] = state
        return state

    def _change(self, record: records.PartitionChange, at: Event) -> Iterator[PartitionState]:
        key = (record.topic_id, record.partition_id)
        if (before := self._partitions.get(key)) is None:
            return  # of a topic that is older than this log
        moved = record.leader != records.LEADER_UNCHANGED
        leader = _leader(record.leader) if moved else before.leader
        recovery = record.leader_recovery_state
        state = replace(
            before,
            wall_ms=at.wall_ms,
            offset=at.offset,
            leader=leader,
            # Kafka counts the epoch up whenever a record names a leader, the same one too.
            leader_epoch=before.leader_epoch + moved,
            isr=_or(record.isr, before.isr),
            elr=_or(record.eligible_leader_replicas, before.elr),
            last_known_elr=_or(record.last_known_elr, before.last_known_elr),
            recovering=before.recovering if recovery < 0 else bool(recovery),
            election=_election(before, leader),
        )
        self._partitions[key] = state
        yield state

    def _clear_elr(self, record: records.ClearElr, at: Event) -> Iterator[Event]:
        for key, before in self._partitions.items():
            named = record.topic_name in ("", before.topic)
            if named and (before.elr or before.last_known_elr):
                state = replace(
                    before,
                    wall_ms=at.wall_ms,
                    offset=at.offset,
                    elr=(),
                    last_known_elr=(),
                    election=None,
                )
                self._partitions[key] = state
                yield state

    def _remove(self, record: records.RemoveTopic, at: Event) -> Iterator[TopicChange]:
        self._partitions = {
            key: state for key, state in self._partitions.items() if key[0] != record.topic_id
        }
        if (name := self._names.pop(record.topic_id, None)) is not None:
            yield TopicChange(wall_ms=at.wall_ms, offset=at.offset, topic=name, change="deleted")


def _config(record: records.Config, at: Event) -> Iterator[ConfigChange]:
    name, value, of = record.name, record.value, record.resource_name
    if record.resource_type == TOPIC:
        yield ConfigChange(
            wall_ms=at.wall_ms, offset=at.offset, topic=of, broker=None, name=name, value=value
        )
    elif record.resource_type == BROKER:
        broker = int(of) if of else None
        yield ConfigChange(
            wall_ms=at.wall_ms, offset=at.offset, topic=None, broker=broker, name=name, value=value
        )


def _election(before: PartitionState, leader: int | None) -> Election | None:
    if leader is None or leader == before.leader:
        return None
    if leader in before.isr:
        return "clean"
    if leader in before.elr:
        return "from-elr"
    if not before.isr and not before.elr and leader in before.last_known_elr:
        return "last-known-leader"
    return "unclean"


def _leader(number: int) -> int | None:
    return number if number >= 0 else None


def _or(changed: tuple[int, ...] | None, before: tuple[int, ...]) -> tuple[int, ...]:
    return before if changed is None else changed
