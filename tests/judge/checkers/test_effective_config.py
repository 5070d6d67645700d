"""Effective configuration: what the cluster itself says is in force at the end."""

from __future__ import annotations

from dataclasses import replace

import pytest

from histories.copying import configured
from histories.words import TOPIC, history
from judge.checkers import effective_config
from judge.history import Op
from judge.indexing import index_history

FLOOR = {"min.insync.replicas": "2"}


def check(*parts, required=FLOOR, **options):
    found = index_history(history(*parts))
    return effective_config.check(found, required=required, **options)


def causes(result):
    assert (result.kept is False) == bool(result.anomalies)
    return [(anomaly.name, anomaly.cause) for anomaly in result.anomalies]


def test_it_keeps_the_promise_when_the_setting_is_in_force_at_the_end():
    result = check(configured(min_insync_replicas="2"))

    assert result.kept is True
    assert result.summary == "orders has min.insync.replicas=2"


def test_it_does_not_mind_what_it_was_on_the_way():
    on_the_way = [
        *configured(at=0, when="begin", min_insync_replicas="2"),
        *configured(at=5000, when="end", min_insync_replicas="1"),
        *configured(at=9000, when="end", min_insync_replicas="2"),
    ]

    assert check(on_the_way).kept is True


def test_it_finds_a_setting_that_was_lowered_and_left_so():
    result = check(
        configured(at=0, when="begin", min_insync_replicas="2"),
        configured(min_insync_replicas="1"),
    )

    assert causes(result) == [("wrong-config", "changed-by-the-end")]
    assert result.anomalies[0].evidence[0].what == (
        "orders has min.insync.replicas=1 at the end; required is 2; it was 2 at the beginning"
    )


def test_it_finds_a_setting_that_was_never_right():
    result = check(
        configured(at=0, when="begin", min_insync_replicas="1"),
        configured(min_insync_replicas="1"),
    )

    assert causes(result) == [("wrong-config", "not-as-required")]


@pytest.mark.parametrize(
    ("value", "kept"), [("1", False), ("2", True), ("3", True), ("many", False)]
)
def test_it_takes_a_bound(value, kept):
    result = check(configured(min_insync_replicas=value), required={"min.insync.replicas": ">=2"})

    assert result.kept is kept


def test_it_takes_an_upper_bound():
    slow = configured(retention_ms="9000")

    assert check(slow, required={"retention.ms": "<=8000"}).kept is False
    assert check(slow, required={"retention.ms": "<= 9000"}).kept is True


def test_it_looks_at_every_broker_when_asked_to():
    ops = [
        *configured(topic=None, broker=1, min_insync_replicas="2"),
        *configured(topic=None, broker=3, min_insync_replicas="1"),
    ]

    result = check(ops, topic="brokers")

    assert causes(result) == [("wrong-config", "not-as-required")]
    assert result.anomalies[0].evidence[0].broker == 3
    assert result.anomalies[0].evidence[0].what == (
        "broker 3 has min.insync.replicas=1 at the end; required is 2"
    )


def test_it_takes_the_last_answer_of_each_broker_in_their_order():
    ops = [
        *configured(at=0, when="begin", topic=None, broker=2, min_insync_replicas="1"),
        *configured(at=10, when="begin", topic=None, broker=2, min_insync_replicas="2"),
        *configured(topic=None, broker=3, min_insync_replicas="0"),
        *configured(topic=None, broker=2, min_insync_replicas="1"),
    ]

    result = check(ops, topic="brokers")

    assert [(a.cause, a.evidence[0].broker) for a in result.anomalies] == [
        ("changed-by-the-end", 2),
        ("not-as-required", 3),
    ]
    assert result.figures == {"required": 1, "wrong": 2}


def test_it_finds_that_the_topic_is_gone():
    gone = Op(9000, "metadata", "fail", "config", topic=TOPIC, error="UNKNOWN_TOPIC_OR_PART",
              detail={"_when": "end"})  # fmt: skip

    result = check([gone])

    assert causes(result) == [("wrong-config", "no-such-topic")]
    assert result.anomalies[0].count == 1
    assert causes(check([replace(gone, detail=None)])) == [("wrong-config", "no-such-topic")]


def test_it_takes_no_notice_of_another_topics_settings():
    right = configured(min_insync_replicas="2")
    other = configured(at=9500, topic="else", min_insync_replicas="1")
    broker = configured(at=9500, topic=None, broker=1, min_insync_replicas="1")

    assert check(right, other, broker).kept is True
    assert check(broker, right, topic="brokers").kept is False


def test_it_does_not_mind_that_the_topic_was_made_later():
    missing = Op(0, "metadata", "fail", "config", topic=TOPIC, error="UNKNOWN_TOPIC_OR_PART",
                 detail={"_when": "begin"})  # fmt: skip

    assert check([missing], configured(min_insync_replicas="2")).kept is True


def test_it_cannot_tell_what_an_empty_answer_says():
    (empty,) = configured()

    assert check([replace(empty, detail=None)]).kept is None


def test_it_cannot_tell_when_nobody_asked_at_the_end():
    assert check(configured(at=0, when="begin", min_insync_replicas="2")).kept is None


def test_it_cannot_tell_what_the_answer_leaves_out():
    assert check(configured(retention_ms="1")).kept is None


def test_it_says_nothing_when_nothing_is_required():
    assert check(configured(min_insync_replicas="1"), required=None).kept is None


def test_it_goes_by_what_a_broker_said_before_it_stopped_answering():
    (low,) = configured(topic=None, broker=1, min_insync_replicas="1")
    silent = replace(low, t_ms=9500, type="fail", detail={"_when": "end"})

    assert causes(check([low, silent], topic="brokers")) == [("wrong-config", "not-as-required")]


def test_it_tells_broker_0_from_the_others():
    ops = [
        *configured(topic=None, broker=0, min_insync_replicas="1"),
        *configured(at=9500, topic=None, broker=1, min_insync_replicas="2"),
    ]

    assert [row.broker for row in check(ops, topic="brokers").anomalies[0].evidence] == [0]


def test_it_does_not_take_a_topic_for_gone_that_was_missing_at_the_beginning_only():
    missing = Op(0, "metadata", "fail", "config", topic=TOPIC, error="UNKNOWN_TOPIC_OR_PART",
                 detail={"_when": "begin"})  # fmt: skip

    assert (check([missing]).kept, check([missing]).anomalies) == (None, ())


def test_it_does_not_take_silence_at_the_beginning_for_the_word_none():
    silent = configured(at=0, when="begin", retention_ms="1")

    result = check(silent, configured(ssl_cipher="any"), required={"ssl.cipher": "None"})

    assert causes(result) == [("wrong-config", "not-as-required")]
