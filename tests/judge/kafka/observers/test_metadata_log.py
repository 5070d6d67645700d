"""The metadata log is read as Kafka reads it, and tells who led, who was fenced and why."""

from __future__ import annotations

import base64
import dataclasses
import json
import os
import re
import signal
import uuid
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest
from confluent_kafka import ElectionType, TopicPartition

from judge.inside.clients import admin
from judge.inside.observers.metadata_events import (
    BrokerFencing,
    ConfigChange,
    Event,
    PartitionState,
    QuorumLeader,
    TopicChange,
)
from judge.inside.observers.metadata_log import TOPIC, read_metadata_log
from judge.inside.observers.metadata_ops import metadata_ops
from judge.inside.observers.metadata_records import metadata_record
from judge.inside.observers.replica_log import stored_batches
from judge.waiting import wait_until

if TYPE_CHECKING:
    from ..conftest import Nodes
    from .conftest import Dump, MakeTopic

pytestmark = pytest.mark.brokers

PATIENCE_S = 120


def partitions_of(nodes: Nodes, topic: str) -> list[PartitionState]:
    return [
        event
        for event in read_metadata_log(nodes)
        if isinstance(event, PartitionState) and event.topic == topic
    ]


def state_now(
    nodes: Nodes, topic: str, leader: int | None, isr: set[int]
) -> PartitionState | None:
    """The partition's latest state, when it is that one."""
    last = partitions_of(nodes, topic)[-1:]
    fits = bool(last) and (last[0].leader, set(last[0].isr)) == (leader, isr)
    return last[0] if fits else None


def wait_for(nodes: Nodes, topic: str, leader: int | None, isr: set[int]) -> PartitionState:
    def there() -> PartitionState | None:
        return state_now(nodes, topic, leader, isr)

    return wait_until(there, PATIENCE_S, f"{topic} did not come to {leader}, {isr}.", step_s=0.2)


def elect_unclean(nodes: Nodes, client: Any, topic: str, leader: int) -> PartitionState:
    """Ask until it is so: one that was resumed just now is still fenced, and nobody is elected."""

    def elected() -> PartitionState | None:
        client.elect_leaders(ElectionType.UNCLEAN, [TopicPartition(topic, 0)]).result(60)
        return state_now(nodes, topic, leader, {leader})

    return wait_until(elected, PATIENCE_S, f"{leader} was not elected for {topic}", step_s=0.5)


@pytest.fixture
def paused(nodes: Nodes) -> Iterator[Any]:
    """Pauses nodes; all of them run and are in sync again when the test is over."""
    stopped: set[int] = set()

    def pause(i: int) -> None:
        os.kill(nodes.processes._processes[i].pid, signal.SIGSTOP)
        stopped.add(i)

    def resume(i: int) -> None:
        os.kill(nodes.processes._processes[i].pid, signal.SIGCONT)
        stopped.discard(i)

    pause.resume = resume  # type: ignore[attr-defined]
    yield pause
    for i in list(stopped):
        resume(i)
    nodes.wait_in_sync()


def test_a_quiet_topic_was_created_and_nothing_else_happened_to_it(
    nodes: Nodes, make_topic: MakeTopic
) -> None:
    topic = make_topic([[2, 1, 3], [3, 1, 2]], retention_ms="5000")
    wait_until(lambda: len(partitions_of(nodes, topic)) == 2, PATIENCE_S, "It is not decided.")

    found = [event for event in read_metadata_log(nodes) if getattr(event, "topic", None) == topic]

    created, configured, first, second = found
    assert isinstance(created, TopicChange)
    assert created.change == "created"
    assert isinstance(configured, ConfigChange)
    assert (configured.name, configured.value) == ("retention.ms", "5000")
    assert isinstance(first, PartitionState)
    assert isinstance(second, PartitionState)
    assert [(p.partition, p.leader, p.leader_epoch, set(p.isr)) for p in (first, second)] == [
        (0, 2, 0, {1, 2, 3}),
        (1, 3, 0, {1, 2, 3}),
    ]
    assert (first.election, first.recovering, first.elr) == (None, False, ())


def test_a_deleted_topic_is_told(nodes: Nodes, make_topic: MakeTopic) -> None:
    topic = make_topic()
    client = admin(nodes.bootstrap)
    client.delete_topics([topic])[topic].result(60)

    def changes() -> list[str]:
        return [
            event.change
            for event in read_metadata_log(nodes)
            if isinstance(event, TopicChange) and event.topic == topic
        ]

    wait_until(lambda: changes() == ["created", "deleted"], PATIENCE_S, "It was not told.")


def test_it_tells_a_clean_election_a_fencing_and_the_way_back(
    nodes: Nodes, make_topic: MakeTopic
) -> None:
    topic = make_topic([[2, 3, 1]])

    nodes.processes.kill(2)
    led = wait_for(nodes, topic, 3, {1, 3})
    nodes.processes.start(2)
    back = wait_for(nodes, topic, 3, {1, 2, 3})

    assert (led.election, led.leader_epoch, led.recovering) == ("clean", 1, False)
    assert (back.election, back.leader_epoch) == (None, 1)
    fencing = [
        event.fenced
        for event in read_metadata_log(nodes)
        if isinstance(event, BrokerFencing) and event.broker == 2 and event.offset > led.offset
    ]
    # Fenced by its silence, fenced again as it registers anew, and let in.
    assert fencing[-1] is False
    assert True in fencing
    nodes.wait_in_sync()


def test_it_tells_an_unclean_election_from_a_leader_that_comes_back(
    nodes: Nodes, make_topic: MakeTopic, paused: Any
) -> None:
    topic = make_topic([[1, 2]], min_insync_replicas="1")
    paused(2)
    wait_for(nodes, topic, 1, {1})
    nodes.processes.kill(1)
    paused.resume(2)
    wait_for(nodes, topic, None, set())

    client = admin(nodes.bootstrap)
    elected = elect_unclean(nodes, client, topic, 2)

    assert (elected.election, elected.recovering) == ("unclean", True)
    (op,) = [
        op
        for op in metadata_ops([elected], [topic], lambda wall_ms: wall_ms - elected.wall_ms)
        if op.f == "partition_change"
    ]
    assert (op.broker, op.epoch, (op.detail or {})["election"]) == (2, 2, "unclean")
    nodes.processes.start(1)
    # With two replicas it would never be in sync on three.
    client.delete_topics([topic])[topic].result(60)


def test_every_node_tells_the_same(nodes: Nodes, make_topic: MakeTopic) -> None:
    topic = make_topic()

    by_node = [
        wait_until(
            lambda node=node: [e for e in read_metadata_log(nodes, node) if _is_of(e, topic)],
            PATIENCE_S,
            f"Node {node} does not know it.",
        )
        for node in nodes.ids
    ]

    assert by_node[0] == by_node[1] == by_node[2]


def _is_of(event: Event, topic: str) -> bool:
    return isinstance(event, PartitionState) and event.topic == topic


def test_every_record_is_read_as_kafkas_own_tool_reads_it(nodes: Nodes, dump: Dump) -> None:
    segments = sorted((nodes.data_dir(1) / f"{TOPIC}-0").glob("*.log"))
    # Ours first: the log grows, so the tool sees what we saw and more.
    ours: dict[int, Any] = {}
    leaders = [
        (event.offset, event.leader)
        for event in read_metadata_log(nodes, 1)
        if isinstance(event, QuorumLeader)
    ]
    for batch in stored_batches(nodes.data_dir(1), TOPIC, 0):
        for offset, _key, value in [] if batch.is_control else batch.records:
            if (record := metadata_record(value or b"")) is not None:
                ours[offset] = record

    theirs, their_leaders = {}, []
    for line in dump("--cluster-metadata-decoder", files=segments):
        if found := re.match(r"\| offset: (\d+) .* payload: (\{.*)", line):
            theirs[int(found[1])] = json.loads(found[2])
        elif found := re.match(r"\| offset: (\d+) .* LeaderChange: (\{.*)", line):
            their_leaders.append((int(found[1]), json.loads(found[2])["leaderId"]))

    compared = {type(record).__name__ for record in ours.values()}
    assert compared >= {"Topic", "Partition", "PartitionChange", "BrokerChange", "RegisterBroker"}
    for offset, record in ours.items():
        told = as_told(record)
        data = theirs[offset]["data"]
        # The tool leaves out what has its default; we must have the default there too.
        defaults = {name: value for name, value in told.items() if name not in data}
        assert data == {name: told[name] for name in data}, f"offset {offset}"
        assert all(value in (None, -2, -1, 0, False) for value in defaults.values()), defaults
    assert leaders == their_leaders[: len(leaders)]


def as_told(value: Any) -> Any:
    """One of our records in the tool's JSON."""
    if dataclasses.is_dataclass(value):
        return {
            re.sub(r"_(\w)", lambda m: m[1].upper(), field.name): as_told(
                getattr(value, field.name)
            )
            for field in dataclasses.fields(value)
        }
    if isinstance(value, tuple):
        return [as_told(each) for each in value]
    if isinstance(value, uuid.UUID):
        return base64.urlsafe_b64encode(value.bytes).decode().rstrip("=")
    return value
