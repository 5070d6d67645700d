"""A topic of our own, by which we know that a cluster takes writes on every broker."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from confluent_kafka import KafkaException, TopicPartition

from judge.errors import JudgeError
from judge.inside.clients import consumer, producer
from judge.inside.topics import create_topic

PROBE_TOPIC = "faultline-probe"
GROUP = TRANSACTION = "faultline-probe"


def make_probe(admin: Any, ids: Sequence[int]) -> None:
    """Create the probe topic: one partition led by each broker, replicated to all."""
    create_topic(admin, PROBE_TOPIC, _rotated(ids), {"min.insync.replicas": str(len(ids))})


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
    """Make Kafka create its internal topics: commit an offset, and begin a transaction.

    A lab's first group else waits 1–3 s for `__consumer_offsets` to be created.

    Raises:
        JudgeError: "cluster-not-healthy" when a coordinator does not answer in time.
    """
    transactional = producer(bootstrap, **{"transactional.id": TRANSACTION})
    member = consumer(bootstrap, **{"group.id": GROUP, "enable.auto.commit": False})
    deadline_s = time.monotonic() + timeout_s
    try:
        transactional.init_transactions(timeout_s)
        while True:
            try:
                offset = TopicPartition(PROBE_TOPIC, 0, 0)
                member.commit(offsets=[offset], asynchronous=False)
                return
            except KafkaException as refused:
                if time.monotonic() > deadline_s:
                    raise JudgeError("cluster-not-healthy", str(refused)) from refused
    except KafkaException as refused:
        raise JudgeError("cluster-not-healthy", str(refused)) from refused
    finally:
        member.close()


def _rotated(ids: Sequence[int]) -> list[list[int]]:
    return [[*ids[n:], *ids[:n]] for n in range(len(ids))]
