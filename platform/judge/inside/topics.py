"""Creates topics with every replica where the lab wants it, and waits until they are whole."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from typing import Any

from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.cimpl import NewTopic

from judge.waiting import wait_until

CREATE_TIMEOUT_S = 20.0
METADATA_TIMEOUT_S = 1.0

LOST_ON_THE_WAY = (
    KafkaError._DESTROY_BROKER,
    KafkaError._TRANSPORT,
    KafkaError._TIMED_OUT,
)
"""What the client itself says of a request without an answer. It drops the connection that it
began with once it knows the brokers by their ids, and a slow machine's request goes with it."""


def create_topic(
    admin: Any, name: str, assignment: Sequence[Sequence[int]], config: Mapping[str, str]
) -> None:
    """Create `name` and wait until each partition is led with its full ISR.

    One that is there already is waited for only.

    Args:
        admin: an admin client.
        name: the topic's name.
        assignment: the replicas of each partition; the first is the preferred leader.
        config: the topic's own settings.

    Raises:
        confluent_kafka.KafkaException: Kafka refused it, for instance one of `config`.
        JudgeError: "topic-not-ready", it was created but did not become whole in time.
    """
    deadline_s = time.monotonic() + CREATE_TIMEOUT_S
    while not _created(admin, name, assignment, config, deadline_s):
        pass
    wait_until(
        lambda: is_whole(admin, name, assignment),
        CREATE_TIMEOUT_S,
        f"Topic {name} was created but its replicas are not all in sync.",
        code="topic-not-ready",
    )


def _created(
    admin: Any,
    name: str,
    assignment: Sequence[Sequence[int]],
    config: Mapping[str, str],
    deadline_s: float,
) -> bool:
    """Ask once; False when the question was lost on the way and there is time to ask again."""
    try:
        request_topic(admin, name, assignment, config).result(CREATE_TIMEOUT_S)
    except KafkaException as refused:
        code = refused.args[0].code()
        if code in LOST_ON_THE_WAY and time.monotonic() < deadline_s:
            return False
        # On a busy machine a client or broker sends the request twice: it is ours all the same.
        if code != KafkaError.TOPIC_ALREADY_EXISTS:
            raise
    return True


def request_topic(
    admin: Any, name: str, assignment: Sequence[Sequence[int]], config: Mapping[str, str]
) -> Future[None]:
    """Ask for a topic as `create_topic` does, without waiting; the future raises its refusal."""
    topic = NewTopic(
        name,
        num_partitions=len(assignment),
        replica_assignment=[list(replicas) for replicas in assignment],
        config=dict(config),
    )
    asked: Future[None] = admin.create_topics([topic])[name]
    return asked


def is_whole(admin: Any, name: str, assignment: Sequence[Sequence[int]]) -> bool:
    """Whether each partition of `name` is led and has exactly the assigned replicas in sync."""
    try:
        topic = admin.list_topics(name, timeout=METADATA_TIMEOUT_S).topics[name]
    except KafkaException:
        return False
    partitions = topic.partitions
    return len(partitions) == len(assignment) and all(
        partitions[i].leader in replicas and set(partitions[i].isrs) == set(replicas)
        for i, replicas in enumerate(assignment)
    )
