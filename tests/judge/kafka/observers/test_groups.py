"""What groups commit and who is in them is noted as the coordinator tells it, changes only."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest
from confluent_kafka import KafkaException, TopicPartition

from judge.inside.observers.groups import Groups
from judge.waiting import wait_until

if TYPE_CHECKING:
    from ..conftest import Nodes
    from .conftest import Join, MakeTopic, Ops, Produce

PROTOCOLS = ("classic", "consumer")


@pytest.fixture
def group(nodes: Nodes, ops: Ops) -> Iterator[str]:
    """The name of a group that is watched while the test lasts."""
    name = f"g{uuid.uuid4().hex[:8]}"
    watch = Groups(lambda: nodes.bootstrap, [name], ops.append, ops.now_ms)
    watch.start()
    yield name
    watch.stop()


def read(member: Any, count: int) -> None:
    found: list[Any] = []
    wait_until(
        lambda: found.extend(member.consume(count, timeout=0.1)) or len(found) >= count,
        60,
        "The member did not read.",
    )


@pytest.mark.brokers
@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_it_sees_commits_and_members_come_and_go(
    group: str, ops: Ops, make_topic: MakeTopic, produce: Produce, join: Join, protocol: str
) -> None:
    topic = make_topic([[1, 2, 3], [2, 3, 1]])
    produce(topic, 10, partition=1)
    member = join(group, topic, **{"group.protocol": protocol, "client.id": "till-7"})

    read(member, 10)
    member.commit(offsets=[TopicPartition(topic, 1, 4)], asynchronous=False)
    ops.wait(lambda: ops.of("committed", offset=4), "The first commit was not seen.")
    member.commit(asynchronous=False)
    ops.wait(lambda: ops.of("committed", offset=10), "The second commit was not seen.")
    ops.wait(lambda: ops.of("members", count=1), "The member was not seen.")
    member.close()
    ops.wait(lambda: ops[-1].count == 0, "The member was not seen to go.")

    # It notes each commit once, for the partition that has one.
    assert [(op.id, op.topic, op.partition, op.offset) for op in ops.of("committed")] == [
        (group, topic, 1, 4),
        (group, topic, 1, 10),
    ]
    # It tells who was a member of what kind of group, and what was assigned.
    there = ops.of("members", count=1)[-1].detail or {}
    assert (there["state"], there["protocol"]) == ("Stable", protocol)
    assert [(m["client"], m["assigned"]) for m in there["members"]] == [
        ("till-7", [[topic, 0], [topic, 1]])
    ]


@pytest.mark.brokers
def test_a_group_that_nobody_uses_is_noted_once_and_as_dead(nodes: Nodes, ops: Ops) -> None:
    watch = Groups(lambda: nodes.bootstrap, ["nobody"], ops.append, ops.now_ms)

    watch.start()
    watch.stop()

    (op,) = ops
    assert (op.f, op.count, (op.detail or {})["state"]) == ("members", 0, "Dead")


@pytest.mark.brokers
def test_a_group_that_does_not_answer_at_the_end_is_noted_as_unknown(
    ops: Ops, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("judge.inside.observers.groups.LAST_LOOK_TIMEOUT_S", 0.1)
    watch = Groups(lambda: "127.0.0.1:1", ["orders"], ops.append, ops.now_ms)

    watch.stop()

    assert [(op.type, op.f, op.id) for op in ops] == [
        ("fail", "committed", "orders"),
        ("fail", "members", "orders"),
    ]
    assert ops[0].error


def offsets_noted(*answers: dict[tuple[str, int], int | None]) -> list[int | None]:
    noted: list[int | None] = []
    watch = Groups(lambda: "", ["g"], lambda op: noted.append(op.offset), lambda: 0.0)
    for answer in answers:
        watch._see_committed("g", answer, 0.0)
    return noted


def at(*offsets: int | None) -> list[dict[tuple[str, int], int | None]]:
    return [{("orders", 0): offset} for offset in offsets]


def test_one_answer_that_steps_back_is_not_believed() -> None:
    assert offsets_noted(*at(5, 9, 5, 9, 12)) == [5, 9, 12]


def test_a_step_back_is_believed_when_it_is_told_again() -> None:
    assert offsets_noted(*at(5, 9, 5, 5)) == [5, 9, 5]


def test_what_is_no_longer_committed_is_noted_as_gone() -> None:
    assert offsets_noted(*at(5), {}, {}, {}) == [5, -1]


def test_a_partition_that_never_had_a_commit_is_not_noted() -> None:
    assert offsets_noted(*at(-1, -1), {}) == []


def test_a_partition_of_which_nothing_could_be_told_is_as_it_was() -> None:
    assert offsets_noted(*at(5, None, None)) == [5]


@pytest.mark.brokers
def test_it_goes_on_when_the_coordinator_dies_and_never_sees_an_older_commit(
    nodes: Nodes, group: str, ops: Ops, make_topic: MakeTopic, produce: Produce, join: Join
) -> None:
    topic = make_topic()
    produce(topic, 20)
    member = join(group, topic)
    read(member, 20)
    member.commit(offsets=[TopicPartition(topic, 0, 8)], asynchronous=False)
    ops.wait(lambda: ops.of("committed", offset=8), "The first commit was not seen.")
    coordinator = (ops.of("members")[-1].detail or {})["coordinator"]

    nodes.processes.kill(coordinator)
    try:
        wait_until(lambda: committed(member, topic, 15), 120, "Nobody took the commit.")
        ops.wait(lambda: ops.of("committed", offset=15), "The second commit was not seen.")
    finally:
        nodes.processes.start(coordinator)
    nodes.wait_in_sync()

    assert [op.offset for op in ops.of("committed")] == [8, 15]


def committed(member: Any, topic: str, offset: int) -> bool:
    try:
        member.poll(0)
        member.commit(offsets=[TopicPartition(topic, 0, offset)], asynchronous=False)
    except KafkaException:
        return False
    return True
