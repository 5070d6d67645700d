"""Effective settings are read from the brokers: defaults, own values, and changes meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from confluent_kafka.admin import AlterConfigOpType, ConfigEntry, ConfigResource

from judge.errors import JudgeError
from judge.inside.clients import admin
from judge.inside.observers import settings
from judge.inside.observers.settings import broker_settings, note_settings, topic_settings
from judge.waiting import wait_until

if TYPE_CHECKING:
    from ..conftest import Nodes
    from .conftest import MakeTopic, Ops

pytestmark = pytest.mark.brokers


def test_it_notes_every_setting_of_a_topic_as_it_is_in_force(
    nodes: Nodes, ops: Ops, make_topic: MakeTopic
) -> None:
    topic = make_topic(retention_ms="5000")

    note_settings(lambda: nodes.bootstrap, [topic], [2], "begin", ops.append, ops.now_ms)

    of_topic, of_broker = ops
    assert (of_topic.source, of_topic.type, of_topic.f) == ("metadata", "info", "config")
    assert (of_topic.topic, of_topic.broker) == (topic, None)
    told = of_topic.detail or {}
    assert told["_when"] == "begin"
    # It tells the topic's own, the brokers' and Kafka's own value alike.
    assert (told["retention.ms"], told["segment.bytes"], told["cleanup.policy"]) == (
        "5000",
        "8388608",
        "delete",
    )
    # Of a broker it tells what was set, not 300 defaults.
    assert (of_broker.topic, of_broker.broker) == (None, 2)
    assert (of_broker.detail or {})["node.id"] == "2"
    assert "log.retention.hours" not in (of_broker.detail or {})


def test_it_sees_a_setting_that_somebody_changed(nodes: Nodes, make_topic: MakeTopic) -> None:
    topic = make_topic(min_insync_replicas="2")
    entry = ConfigEntry("min.insync.replicas", "1", incremental_operation=AlterConfigOpType.SET)
    resource = ConfigResource(ConfigResource.Type.TOPIC, topic, incremental_configs=[entry])
    client = admin(nodes.bootstrap)
    client.incremental_alter_configs([resource])[resource].result(30)

    def now() -> str | None:
        return (topic_settings(lambda: nodes.bootstrap, [topic])[topic] or {})[
            "min.insync.replicas"
        ]

    wait_until(lambda: now() == "1", 60, "The change was not seen.")


def test_a_topic_that_is_not_there_is_noted_as_such(nodes: Nodes, ops: Ops) -> None:
    note_settings(lambda: nodes.bootstrap, ["deleted"], [], "end", ops.append, ops.now_ms)

    (op,) = ops
    assert (op.type, op.topic, op.error) == ("fail", "deleted", "UNKNOWN_TOPIC_OR_PART")


def test_a_broker_that_does_not_answer_is_an_error_and_not_a_broker_without_settings(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(settings, "TIMEOUT_S", 0.1)
    monkeypatch.setattr(settings, "REQUEST_TIMEOUT_S", 0.1)

    with pytest.raises(JudgeError) as raised:
        broker_settings(lambda: "127.0.0.1:1", [1])

    assert raised.value.code == "settings-not-read"
