"""How we know that a cluster takes writes on every broker, and make Kafka's own topics ready."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from confluent_kafka import KafkaException, TopicPartition

from judge.errors import JudgeError
from judge.inside.clients import consumer, producer
from judge.inside.topics import create_topic, request_topic
from judge.kafka.settings import SMALL_MACHINE

PROBE_TOPIC = "faultline-probe"
GROUP = TRANSACTION = "faultline-probe"
OWN_PARTITIONS = int(SMALL_MACHINE["offsets.topic.num.partitions"])
_COMPACTED = {"cleanup.policy": "compact", "compression.type": "producer"}
_OWN_TOPICS = {
    "__consumer_offsets": {**_COMPACTED, "segment.bytes": "104857600"},
    "__transaction_state": {
        **_COMPACTED,
        "compression.type": "uncompressed",
        "unclean.leader.election.enable": "false",
    },
}
"""As a broker creates them when they are first needed."""


def make_probe(admin: Any, ids: Sequence[int]) -> None:
    """Create the probe topic: one partition led by each broker, replicated to all."""
    create_topic(admin, PROBE_TOPIC, _rotated(ids), {"min.insync.replicas": str(len(ids))})


def request_own_topics(admin: Any, ids: Sequence[int]) -> None:
    """Ask for Kafka's topics of groups and transactions, and do not wait for them.

    A lab's first group else waits 1–3 s while a broker creates them. Replicated to every broker,
    so that no two deaths take a coordinator along.
    """
    rotated = _rotated(ids)
    # As many partitions as the brokers' settings say: they place groups by that number.
    assignment = [rotated[n % len(rotated)] for n in range(OWN_PARTITIONS)]
    for name, config in _OWN_TOPICS.items():
        request_topic(admin, name, assignment, config)


def write_probes(bootstrap: str, count: int, timeout_s: float) -> None:
    """Write a record to each partition with acks=all, by a producer made for it.

    min.insync.replicas is the number of replicas, so an acknowledgement also tells that the
    ISR was full.

    Raises:
        JudgeError: "cluster-not-healthy" when not all were acknowledged in time.
    """
    writer = producer(bootstrap, **{"message.timeout.ms": int(timeout_s * 1000)})
    failures: list[str] = []
    acknowledged: list[int] = []

    def heard(error: Any, message: Any) -> None:
        if error is None:
            acknowledged.append(message.partition())
        else:
            failures.append(f"partition {message.partition()}: {error}")

    for partition in range(count):
        writer.produce(PROBE_TOPIC, b"probe", partition=partition, on_delivery=heard)
    deadline_s = time.monotonic() + timeout_s
    while len(acknowledged) + len(failures) < count and time.monotonic() < deadline_s:
        writer.poll(0.05)
    if len(acknowledged) < count:
        raise JudgeError(
            "cluster-not-healthy",
            f"Only {len(acknowledged)} of {count} partitions took a write with acks=all.",
            "\n".join(failures),
        )


def use_coordinators(bootstrap: str, timeout_s: float) -> None:
    """Commit an offset and begin a producer's transactions, so that both coordinators are up.

    Raises:
        JudgeError: "cluster-not-healthy" when one does not answer in time.
    """
    transactional = producer(bootstrap, **{"transactional.id": TRANSACTION})
    member = consumer(bootstrap, **{"group.id": GROUP, "enable.auto.commit": False})
    deadline_s = time.monotonic() + timeout_s
    try:
        transactional.init_transactions(timeout_s)
        _commit(member, deadline_s)
    except KafkaException as refused:
        raise JudgeError("cluster-not-healthy", f"No coordinator: {refused}") from refused
    finally:
        member.close()


def _commit(member: Any, deadline_s: float) -> None:
    while True:
        try:
            member.commit(offsets=[TopicPartition(PROBE_TOPIC, 0, 0)], asynchronous=False)
            return
        except KafkaException:  # its coordinator is still loading
            if time.monotonic() > deadline_s:
                raise


def _rotated(ids: Sequence[int]) -> list[list[int]]:
    return [[*ids[n:], *ids[:n]] for n in range(len(ids))]
