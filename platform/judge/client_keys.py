"""Which settings of a client a learner may choose for our load, and why not the others."""

from __future__ import annotations

from collections.abc import Mapping

PRODUCER, CONSUMER = "producer", "consumer"

_BOTH = frozenset({"client.id", "request.timeout.ms", "retry.backoff.ms", "retry.backoff.max.ms"})

_PRODUCER = """
    acks batch.num.messages batch.size compression.codec compression.level compression.type
    delivery.timeout.ms enable.gapless.guarantee enable.idempotence linger.ms max.in.flight
    max.in.flight.requests.per.connection message.max.bytes message.send.max.retries
    message.timeout.ms partitioner queue.buffering.backpressure.threshold
    queue.buffering.max.kbytes queue.buffering.max.messages queue.buffering.max.ms
    queuing.strategy request.required.acks retries socket.nagle.disable
    sticky.partitioning.linger.ms
"""
_CONSUMER = """
    auto.commit.interval.ms auto.offset.reset check.crcs client.rack enable.auto.commit
    enable.auto.offset.store fetch.error.backoff.ms fetch.max.bytes fetch.message.max.bytes
    fetch.min.bytes fetch.queue.backoff.ms fetch.wait.max.ms group.instance.id group.protocol
    group.remote.assignor heartbeat.interval.ms isolation.level max.partition.fetch.bytes
    max.poll.interval.ms partition.assignment.strategy queued.max.messages.kbytes
    queued.min.messages session.timeout.ms
"""

KNOWN: Mapping[str, frozenset[str]] = {
    PRODUCER: _BOTH | frozenset(_PRODUCER.split()),
    CONSUMER: _BOTH | frozenset(_CONSUMER.split()),
}
"""By role, the settings that change what the load does, by librdkafka's names and their aliases.
A setting that only keeps it from reaching the cluster would make a run of ours look broken."""

MOST_KBYTES = 131_072
CEILINGS: Mapping[str, int] = {
    "queue.buffering.max.kbytes": MOST_KBYTES,
    "queued.max.messages.kbytes": MOST_KBYTES,
    "message.max.bytes": 16 << 20,
    "fetch.message.max.bytes": 64 << 20,
    "max.partition.fetch.bytes": 64 << 20,
    "fetch.max.bytes": 128 << 20,
    "batch.size": 16 << 20,
}
"""What they cost is memory of the judge's, not of the learner's."""

_CODE = "it makes the client load code of its own choosing"
_FILES = "it makes the client read files or credentials, and the brokers ask for none"
_OURS = "the load is ours"
_SHUT: tuple[tuple[str, str], ...] = (
    ("bootstrap.servers", "the cluster is chosen by the run"),
    ("metadata.broker.list", "the cluster is chosen by the run"),
    ("plugin.library.paths", _CODE),
    ("interceptor.classes", _CODE),
    ("metric.reporters", _CODE),
    ("key.serializer", f"{_OURS}, and sends bytes"),
    ("value.serializer", f"{_OURS}, and sends bytes"),
    ("key.deserializer", f"{_OURS}, and reads bytes"),
    ("value.deserializer", f"{_OURS}, and reads bytes"),
    ("transactional.id", f"{_OURS}, and uses no transactions"),
    ("transaction.timeout.ms", f"{_OURS}, and uses no transactions"),
    ("group.id", "the group is chosen by the lab"),
    ("debug", "what our load logs is not part of the lab"),
    ("log_level", "what our load logs is not part of the lab"),
    ("statistics.interval.ms", "what our load logs is not part of the lab"),
    ("security.protocol", _FILES),
)
_SHUT_BEGINS = (("sasl.", _FILES), ("ssl.", _FILES), ("https.", _FILES), ("test.", _OURS))
_SHUT_ENDS = (
    (".provider.class", _CODE),
    (".providers", _CODE),
    (".callback.handler.class", _CODE),
    (".location", _FILES),
    ("_cb", _CODE),
)

JAVA_NAMES: Mapping[str, str] = {
    "buffer.memory": "queue.buffering.max.kbytes",
    "fetch.max.wait.ms": "fetch.wait.max.ms",
    "max.request.size": "message.max.bytes",
}
"""What the Java client calls a setting that librdkafka has by another name."""


def why_shut(key: str) -> str | None:
    """Why nobody may choose `key` for our load; None when it is not shut."""
    for name, why in _SHUT:
        if key == name:
            return why
    for start, why in _SHUT_BEGINS:
        if key.startswith(start):
            return why
    return next((why for end, why in _SHUT_ENDS if key.endswith(end)), None)
