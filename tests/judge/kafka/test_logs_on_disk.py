"""What lies on real brokers' disks is read exactly, also after a kill."""

from __future__ import annotations

import subprocess
import uuid
from typing import TYPE_CHECKING

import pytest
from confluent_kafka import TopicPartition

from judge.inside.clients import admin, consumer, producer
from judge.inside.observers.quorum import quorum_of
from judge.inside.observers.replica_log import StoredBatch, log_end_offset, stored_batches
from judge.inside.topics import create_topic
from judge.kafka.installed import KafkaInstall
from judge.waiting import wait_until

if TYPE_CHECKING:
    from .conftest import Nodes

pytestmark = pytest.mark.brokers

RECORDS = 600
CODECS = ("none", "gzip", "snappy", "lz4", "zstd")


def make_topic(nodes: Nodes, **config: str) -> str:
    name = f"t{uuid.uuid4().hex[:8]}"
    create_topic(admin(nodes.bootstrap), name, [[1, 2, 3]], config)
    return name


def produce(nodes: Nodes, topic: str, count: int = RECORDS, **settings: object) -> list[bytes]:
    sent = [b"value %d " % n + b"x" * 100 for n in range(count)]
    writer = producer(nodes.bootstrap, **settings)
    for value in sent:
        writer.produce(topic, value, key=b"k", partition=0)
    assert writer.flush(60) == 0
    return sent


def consume(nodes: Nodes, topic: str, count: int) -> list[tuple[int, bytes, bytes]]:
    reader = consumer(nodes.bootstrap, **{"group.id": uuid.uuid4().hex})
    try:
        reader.assign([TopicPartition(topic, 0, 0)])
        found: list[tuple[int, bytes, bytes]] = []

        def all_read() -> bool:
            for message in reader.consume(count, timeout=0.2):
                found.append((message.offset(), message.key(), message.value()))
            return len(found) >= count

        wait_until(all_read, 60, "The consumer did not read everything.")
        return found
    finally:
        reader.close()


def stored(nodes: Nodes, topic: str, node: int) -> list[StoredBatch]:
    return list(stored_batches(nodes.data_dir(node), topic, 0))


def wait_stored(nodes: Nodes, topic: str, end: int) -> None:
    for node in (1, 2, 3):
        wait_until(
            lambda node=node: log_end_offset(nodes.data_dir(node), topic, 0) == end,
            60,
            f"Replica {node} did not catch up.",
        )


@pytest.mark.parametrize("codec", CODECS)
def test_batches_are_equal_on_all_replicas_and_to_what_a_consumer_reads(
    nodes: Nodes, codec: str
) -> None:
    topic = make_topic(nodes)
    sent = produce(nodes, topic, **{"compression.type": codec, "linger.ms": 5})
    wait_stored(nodes, topic, RECORDS)

    replicas = [stored(nodes, topic, node) for node in (1, 2, 3)]

    records = [record for each in replicas[0] for record in each.records]
    assert [(b.base_offset, b.crc, b.leader_epoch) for b in replicas[0]] == [
        (b.base_offset, b.crc, b.leader_epoch) for b in replicas[1]
    ]
    assert records == [record for each in replicas[1] for record in each.records]
    assert records == [record for each in replicas[2] for record in each.records]
    assert records == consume(nodes, topic, RECORDS)
    assert [value for _offset, _key, value in records] == sent


def test_transactions_leave_control_batches_that_are_told_apart(nodes: Nodes) -> None:
    topic = make_topic(nodes)
    writer = producer(nodes.bootstrap, **{"transactional.id": topic})
    writer.init_transactions(60)
    writer.begin_transaction()
    writer.produce(topic, b"kept", partition=0)
    writer.commit_transaction(60)
    wait_stored(nodes, topic, 2)

    data, marker = stored(nodes, topic, 1)

    assert (data.is_control, marker.is_control) == (False, True)
    assert data.producer_id == marker.producer_id >= 0
    assert [value for _offset, _key, value in data.records] == [b"kept"]


def test_it_reads_across_rolled_segments_what_kafkas_own_tool_reads(
    nodes: Nodes, kafka: KafkaInstall
) -> None:
    topic = make_topic(nodes, **{"segment.bytes": "1048576"})
    produce(nodes, topic, 12_000)
    segments = sorted((nodes.data_dir(1) / f"{topic}-0").glob("*.log"))
    assert len(segments) > 1

    ours = [(b.base_offset, b.last_offset, b.crc) for b in stored(nodes, topic, 1)]

    tool = [kafka.java, "-cp", kafka.classpath, "org.apache.kafka.tools.DumpLogSegments"]
    dumped = subprocess.run(
        [*tool, "--files", ",".join(map(str, segments))],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    theirs = []
    for line in dumped.splitlines():
        if line.startswith("baseOffset: "):
            words = line.replace(",", "").split()
            row = dict(zip(words[::2], words[1::2], strict=False))
            theirs.append((int(row["baseOffset:"]), int(row["lastOffset:"]), int(row["crc:"])))
    assert ours == theirs
    assert log_end_offset(nodes.data_dir(1), topic, 0) == 12_000


def test_a_killed_brokers_log_is_read_and_all_that_it_acknowledged_is_in_it(nodes: Nodes) -> None:
    topic = make_topic(nodes)
    acknowledged: list[int] = []
    writer = producer(nodes.bootstrap, acks="1", **{"message.timeout.ms": 60_000})

    def heard(error: object, message: object) -> None:
        if error is None:
            acknowledged.append(message.offset())

    for n in range(3000):
        writer.produce(topic, b"%d" % n, partition=0, on_delivery=heard)
        if n == 1500:
            wait_until(lambda: writer.poll(0.01) and acknowledged, 60, "Nothing was acknowledged.")
    nodes.processes.kill(1)
    before_others_lead = len(acknowledged)

    offsets = [offset for each in stored(nodes, topic, 1) for offset, _k, _v in each.records]

    assert offsets == list(range(len(offsets)))
    assert len(offsets) >= before_others_lead > 0
    assert log_end_offset(nodes.data_dir(1), topic, 0) == len(offsets)
    nodes.processes.start(1)
    nodes.wait_in_sync()


def test_all_nodes_agree_on_who_the_active_controller_is(nodes: Nodes) -> None:
    wait_until(
        lambda: len({quorum_of(nodes.data_dir(i)) for i in (1, 2, 3)}) == 1,
        60,
        "The nodes do not agree.",
    )

    assert quorum_of(nodes.data_dir(1)).leader in (1, 2, 3)
