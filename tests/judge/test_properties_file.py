"""A learner's settings: read by line, refused by key and reason, tried on a real client."""

from __future__ import annotations

import pytest

from judge.client_keys import CEILINGS, CONSUMER, JAVA_NAMES, KNOWN, PRODUCER, why_shut
from judge.errors import LearnerError
from judge.inside.settings_trial import why_refused
from judge.properties import client_properties, read_properties

FILE = "producer.properties"


def refused(text: str, role: str = PRODUCER) -> LearnerError:
    with pytest.raises(LearnerError) as caught:
        client_properties(text.encode(), FILE, role)
    assert caught.value.file == FILE
    return caught.value


def test_it_reads_settings_and_lets_the_last_one_win():
    text = b"# why\n acks = all \n\nlinger.ms=5\nlinger.ms=20\n"

    assert client_properties(text, FILE, PRODUCER) == {"acks": "all", "linger.ms": "20"}
    assert [each.line for each in read_properties(text, FILE)] == [2, 4, 5]


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("bootstrap.servers=evil:9092", "chosen by the run"),
        ("plugin.library.paths=/tmp/x.so", "code of its own choosing"),
        ("interceptor.classes=x.Y", "code of its own choosing"),
        ("security.providers=x", "code of its own choosing"),
        ("ssl.engine.location=/x", "read files"),
        ("ssl.key.location=/etc/shadow", "read files"),
        ("sasl.login.callback.handler.class=x.Y", "read files"),
        ("sasl.password=x", "read files"),
        ("config.provider.class=x", "code of its own choosing"),
        ("error_cb=x", "code of its own choosing"),
        ("transactional.id=x", "uses no transactions"),
        ("statistics.interval.ms=1", "not part of the lab"),
        ("test.mock.num.brokers=3", "the load is ours"),
    ],
)
def test_it_refuses_a_forbidden_setting_with_line_key_and_reason(line, why):
    error = refused(f"acks=all\n{line}\n")

    assert error.code == "forbidden-setting"
    assert f"{FILE}, line 2: “{line.split('=')[0]}”" in str(error)
    assert why in str(error)


@pytest.mark.parametrize(
    ("line", "remedy"),
    [
        ("lingerms=5", "Did you mean linger.ms?"),
        ("compression=lz4", "Did you mean compression."),
        ("buffer.memory=1", "Did you mean queue.buffering.max.kbytes?"),
        ("fetch.min.bytes=1", "It belongs to a consumer"),
        ("broker.address.family=v6", "Names are those"),
        ("nothing=at=all", "librdkafka"),
    ],
)
def test_it_refuses_an_unknown_setting_and_names_the_nearest(line, remedy):
    error = refused(line)

    assert error.code == "unknown-setting"
    assert remedy in str(error)


def test_it_refuses_a_setting_that_would_cost_the_judge_its_memory():
    assert refused("queue.buffering.max.kbytes=2097151").code == "setting-too-large"
    assert refused("batch.size=" + "9" * 4000).code == "setting-too-large"


def test_it_shows_a_key_with_markup_and_controls_only_as_text():
    error = refused("a\x1b[31m=1")

    assert error.code == "unknown-setting"
    assert "\x1b" not in str(error)


@pytest.mark.parametrize("role", [PRODUCER, CONSUMER])
def test_every_setting_it_lets_through_is_one_that_the_client_knows(role):
    for key in sorted(KNOWN[role]):
        said = why_refused(role, {key: "no such value"}) or ""

        assert "No such configuration property" not in said, key
        assert why_shut(key) is None, key


def test_every_name_that_it_proposes_can_be_set():
    known = KNOWN[PRODUCER] | KNOWN[CONSUMER]

    assert set(JAVA_NAMES.values()) <= known
    assert set(CEILINGS) <= known


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"linger.ms": "abc"}, "linger.ms"),
        ({"compression.type": "gzipp"}, "compression.type"),
        ({"enable.idempotence": "true", "acks": "1"}, "`acks` must be set to `all`"),
        ({"delivery.timeout.ms": "1", "linger.ms": "100"}, "delivery.timeout.ms"),
    ],
)
def test_the_client_itself_judges_values_in_the_learners_words(settings, said):
    assert said in (why_refused(PRODUCER, settings) or "")


def test_the_client_takes_what_is_right():
    settings = {"acks": "all", "linger.ms": "5", "compression.type": "zstd"}

    assert why_refused(PRODUCER, settings) is None
    assert why_refused(CONSUMER, {"isolation.level": "read_committed"}) is None
