"""Whether a broker knows what the others know: who leads the run's partitions, who is in sync."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from confluent_kafka import KafkaException

from judge.inside.clients import admin
from judge.inside.network import bootstrap
from judge.inside.run_state import RunState

ANSWER_TIMEOUT_S = 1.0

_BOOTSTRAP = -1
"""Stands for an address that was given, before the client knows whose it is."""

Known = Mapping[tuple[str, int], tuple[int, tuple[int, ...]]]


def all_informed(run: RunState, doubted: Collection[int], known_by: Collection[int]) -> bool:
    """Whether each of the `doubted` tells what one of `known_by` tells. No answer is a no."""
    expected = _told(run, known_by)
    return expected is not None and all(_told(run, [one]) == expected for one in doubted)


def _told(run: RunState, brokers: Collection[int]) -> Known | None:
    """What one of these brokers says, on a client that knows no other when it asks."""
    client = admin(bootstrap(brokers))
    try:
        metadata = client.list_topics(timeout=ANSWER_TIMEOUT_S)
    except KafkaException:
        return None
    if metadata.orig_broker_id not in (*brokers, _BOOTSTRAP):
        return None
    return _leaders(metadata, run.topics)


def _leaders(metadata: Any, topics: Collection[str]) -> Known:
    return {
        (topic, number): (partition.leader, tuple(sorted(partition.isrs)))
        for topic in topics
        if topic in metadata.topics
        for number, partition in metadata.topics[topic].partitions.items()
    }
