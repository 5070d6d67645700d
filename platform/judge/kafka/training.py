"""What a cluster does while its class archive is recorded: a bit of everything a lab needs."""

from __future__ import annotations

import time
from typing import Any

from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition

from judge.inside.clients import consumer, producer
from judge.inside.topics import create_topic

TOPIC = "training"
RECORDS = 300
_FLUSH_S = 20.0
_ROUND_ROBIN = [[1, 2, 3], [2, 3, 1], [3, 1, 2]]


def be_used(admin: Any, bootstrap: str) -> None:
    """Produce with every codec and in a transaction, then consume by both group protocols."""
    create_topic(admin, TOPIC, _ROUND_ROBIN, {"min.insync.replicas": "2"})
    create_topic(admin, f"{TOPIC}-compacted", [[1, 2, 3]], {"cleanup.policy": "compact"})
    for codec in ("none", "gzip", "snappy", "lz4", "zstd"):
        plain = producer(bootstrap, **{"acks": "1", "compression.type": codec})
        _send(plain, f"{TOPIC}-compacted", partitions=1)
        plain.flush(_FLUSH_S)
    in_transaction = producer(bootstrap, **{"transactional.id": TOPIC})
    in_transaction.init_transactions(_FLUSH_S)
    in_transaction.begin_transaction()
    _send(in_transaction, TOPIC, partitions=3)
    in_transaction.commit_transaction(_FLUSH_S)
    for protocol in ("classic", "consumer"):
        group = {"group.id": f"{TOPIC}-{protocol}", "group.protocol": protocol}
        _read(consumer(bootstrap, **group))


def _send(to: Producer, topic: str, partitions: int) -> None:
    for number in range(RECORDS):
        to.produce(topic, b"x" * 100, key=b"%d" % (number % 10), partition=number % partitions)


def _read(by: Consumer) -> None:
    by.subscribe([TOPIC])
    read, deadline_s = 0, time.monotonic() + 10
    while read < RECORDS and time.monotonic() < deadline_s:
        read += len(by.consume(RECORDS, timeout=0.2))
    by.commit(offsets=[TopicPartition(TOPIC, 0, 1)], asynchronous=False)
    by.close()


def in_sync(admin: Any, replicas: int) -> bool:
    """Whether that many brokers answer and every partition has so many replicas in sync."""
    try:
        metadata = admin.list_topics(timeout=1)
    except KafkaException:
        return False
    partitions = [p for topic in metadata.topics.values() for p in topic.partitions.values()]
    return len(metadata.brokers) == replicas and all(
        p.leader > 0 and len(p.isrs) == replicas for p in partitions
    )
