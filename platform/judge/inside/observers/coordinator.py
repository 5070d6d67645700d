"""What the coordinator of a consumer group says of it: what was committed, and who is in it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from kio.schema.consumer_group_describe.v1.request import ConsumerGroupDescribeRequest
from kio.schema.consumer_protocol_assignment.v3.data import ConsumerProtocolAssignment
from kio.schema.describe_groups.v5.request import DescribeGroupsRequest
from kio.schema.errors import ErrorCode
from kio.schema.find_coordinator.v4.request import FindCoordinatorRequest
from kio.schema.offset_fetch.v8.request import OffsetFetchRequest, OffsetFetchRequestGroup
from kio.schema.types import GroupId
from kio.serial import entity_reader
from kio.serial.readers import Reader

from judge.inside.observers.wire import Address, Wire

_VERSION_BYTES = 2
_CONSUMERS = "consumer"


class NotAnswered(Exception):  # noqa: N818  (not an error of anybody: brokers die here)
    """Nobody could say. Its text is Kafka's name of the error, or `_TIMED_OUT`, `_TRANSPORT`."""


@dataclass(frozen=True, slots=True)
class Member:
    """One member, and what it is assigned as (topic, partition)."""

    id: str
    instance: str | None
    client: str
    assigned: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class GroupState:
    """A group as its coordinator knows it.

    `committed` has an offset for each (topic, partition) that was ever committed, None where the
    coordinator could not say, as while a transaction is open that will commit another. `state` is
    Kafka's word; `protocol` is classic or consumer (KIP-848).
    """

    coordinator: int
    committed: dict[tuple[str, int], int | None]
    state: str
    protocol: str
    assignor: str
    members: tuple[Member, ...]


class Coordinators:
    """Finds the coordinators of groups and asks them; an answer that is none is never a guess."""

    def __init__(self, bootstrap: Callable[[], str], timeout_s: float = 1.0) -> None:
        """`bootstrap` gives the addresses of the live brokers; nothing is asked yet."""
        self._servers, self._wire = bootstrap, Wire(timeout_s)
        self._found: dict[str, tuple[int, Address]] = {}

    def ask(self, group: str) -> GroupState:
        """What `group` is now. Raises NotAnswered."""
        try:
            node, address = self._find(group)
            committed = self._committed(address, group)
            return self._described(address, group, node, committed)
        except TimeoutError:
            error = "_TIMED_OUT"
        except OSError:
            error = "_TRANSPORT"
        except NotAnswered as unanswered:
            error = str(unanswered)
        # Whoever it was, the next question looks for the coordinator anew.
        self._found.pop(group, None)
        raise NotAnswered(error)

    def close(self) -> None:
        """Close all connections."""
        self._wire.close()

    def _find(self, group: str) -> tuple[int, Address]:
        if group not in self._found:
            request = FindCoordinatorRequest(coordinator_keys=(group,))
            (found,) = self._ask_any(request).coordinators
            _require(found.error_code)
            self._found[group] = (int(found.node_id), (str(found.host), int(found.port)))
        return self._found[group]

    def _ask_any(self, request: Any) -> Any:
        failed: OSError = ConnectionError("no broker lives")
        for server in filter(None, self._servers().split(",")):
            host, _, port = server.rpartition(":")
            try:
                return self._wire.ask((host, int(port)), request)
            except OSError as unanswered:
                failed = unanswered
        raise failed

    def _committed(self, address: Address, group: str) -> dict[tuple[str, int], int | None]:
        wanted = OffsetFetchRequestGroup(group_id=GroupId(group), topics=None)
        # Without it a coordinator that has just taken over answers from below its high watermark,
        # as if less were committed or nothing (KAFKA-14499, KIP-447).
        request = OffsetFetchRequest(groups=(wanted,), require_stable=True)
        (found,) = self._wire.ask(address, request).groups
        _require(found.error_code)
        return {
            (str(topic.name), int(each.partition_index)): (
                int(each.committed_offset) if each.error_code == ErrorCode.none else None
            )
            for topic in found.topics
            for each in topic.partitions
        }

    def _described(
        self,
        address: Address,
        group: str,
        node: int,
        committed: dict[tuple[str, int], int | None],
    ) -> GroupState:
        new = ConsumerGroupDescribeRequest(
            group_ids=(GroupId(group),), include_authorized_operations=False
        )
        (found,) = self._wire.ask(address, new).groups
        if found.error_code != ErrorCode.group_id_not_found:
            _require(found.error_code)
            members = tuple(_new_member(each) for each in found.members)
            assignor = found.assignor_name
            return GroupState(node, committed, found.group_state, _CONSUMERS, assignor, members)
        old = DescribeGroupsRequest(groups=(GroupId(group),), include_authorized_operations=False)
        (found,) = self._wire.ask(address, old).groups
        _require(found.error_code)
        members = tuple(_old_member(each, found.protocol_type) for each in found.members)
        state, assignor = found.group_state, found.protocol_data
        return GroupState(node, committed, state, "classic", assignor, members)


def _require(code: ErrorCode) -> None:
    if code != ErrorCode.none:
        raise NotAnswered(code.name.upper())


def _new_member(told: Any) -> Member:
    assigned = ((each.topic_name, each.partitions) for each in told.assignment.topic_partitions)
    return Member(told.member_id, told.instance_id, told.client_id, _flat(assigned))


def _old_member(told: Any, protocol_type: str) -> Member:
    assigned: tuple[tuple[str, int], ...] = ()
    # What others than consumers (Connect, say) put there is their own affair.
    if protocol_type == _CONSUMERS and len(told.member_assignment) > _VERSION_BYTES:
        found, _size = _assignment_reader()(told.member_assignment, _VERSION_BYTES)
        assigned = _flat((each.topic, each.partitions) for each in found.assigned_partitions)
    return Member(told.member_id, told.group_instance_id, told.client_id, assigned)


@cache
def _assignment_reader() -> Reader[ConsumerProtocolAssignment]:
    """Versions 0 to 3 differ in their number only."""
    return entity_reader(ConsumerProtocolAssignment)


def _flat(topics: Iterable[tuple[str, Iterable[int]]]) -> tuple[tuple[str, int], ...]:
    return tuple(
        sorted((str(topic), int(number)) for topic, numbers in topics for number in numbers)
    )
