"""Our own Kafka clients, quick to notice that a broker has gone, come back or lost the lead."""

from __future__ import annotations

from typing import Any

from confluent_kafka import Consumer, Producer
from confluent_kafka.admin import AdminClient

QUICK = {
    "log_level": 0,
    "socket.connection.setup.timeout.ms": 1000,
    # librdkafka waits 100 ms and up to 10 s by default before it dials again.
    "reconnect.backoff.ms": 20,
    "reconnect.backoff.max.ms": 50,
    "topic.metadata.refresh.fast.interval.ms": 20,
    "retry.backoff.ms": 20,
    "retry.backoff.max.ms": 100,
    "socket.nagle.disable": True,
}


def admin(bootstrap: str, **settings: Any) -> AdminClient:
    """An admin client; `settings` win over ours."""
    return AdminClient({"bootstrap.servers": bootstrap, **QUICK, **settings})


def producer(bootstrap: str, **settings: Any) -> Producer:
    """A producer that sends at once and waits for all in-sync replicas; `settings` win."""
    base = {"bootstrap.servers": bootstrap, **QUICK, "linger.ms": 0, "acks": "all"}
    return Producer({**base, **settings})


def consumer(bootstrap: str, **settings: Any) -> Consumer:
    """A consumer that reads from the first record on; needs a `group.id`; `settings` win."""
    base = {
        "bootstrap.servers": bootstrap,
        **QUICK,
        "auto.offset.reset": "earliest",
        "fetch.wait.max.ms": 50,
        "fetch.error.backoff.ms": 20,
    }
    return Consumer({**base, **settings})
