"""Rules take the frames they are meant for, change what the program hears, and tell of it."""

import time

import pytest
from kio.schema.errors import ErrorCode

from judge.errors import JudgeError
from judge.inside.tap.codec import read_head, read_request, read_response
from judge.inside.tap.evidence import Evidence
from judge.inside.tap.rules import BadRuleError, RuleBook


def heard(learner, kafka_bytes):
    """The next response: its correlation id and its whole frame."""
    head = learner.read(4)
    rest = learner.read(int.from_bytes(head, "big"))
    return int.from_bytes(rest[:4], "big"), memoryview(head + rest)


def errors(frame, version=10):
    body = read_response(0, version, frame)
    return [
        (topic.name, part.index, part.error_code.name, part.base_offset)
        for topic in body.responses
        for part in topic.partition_responses
    ]


@pytest.fixture
def produce(kafka_bytes):
    def make(correlation, *places, **more):
        places = places or (("orders", 0),)
        return kafka_bytes.produce(
            10, correlation, {p: kafka_bytes.batch(crc=correlation) for p in places}, **more
        )

    return make


@pytest.fixture
def yes(broker, kafka_bytes):
    """A broker that appends everything it gets, each at ten times its correlation id."""
    def answer(frame):
        head = read_head(memoryview(frame))
        if head.api != 0:
            return kafka_bytes.response(head.correlation_id)
        _, body = read_request(head, memoryview(frame))
        places = {
            (topic.name, part.index): head.correlation_id * 10
            for topic in body.topic_data
            for part in topic.partition_data
        }
        return kafka_bytes.produced(10, head.correlation_id, places)

    broker.answer = answer
    return broker


def test_a_rewritten_response_hides_the_append_once(tap, yes, learner, produce, kafka_bytes):
    rule = tap.add_rule({"rule": "rewrite_response", "topic": "orders", "error": 7})

    learner.send(produce(1, ("orders", 0), ("other", 0)))
    _, first = heard(learner, kafka_bytes)
    learner.send(produce(2))
    _, second = heard(learner, kafka_bytes)

    assert errors(first) == [("orders", 0, "request_timed_out", -1), ("other", 0, "none", 10)]
    assert errors(second) == [("orders", 0, "none", 20)]
    # It should say where the batch is that the program believes refused.
    ops = [(o.topic, o.type, o.offset, o.error, o.detail.get("rule")) for o in tap.ops(0)]
    assert ops == [
        ("orders", "fail", None, "REQUEST_TIMED_OUT", "rewrite_response"),
        ("other", "ok", 10, None, None),
        ("orders", "ok", 20, None, None),
    ]
    assert tap.records()[0].hidden_offset == 10
    state = tap.rule_state(rule)
    assert (state["fired"], state["held"]) == (1, 0)
    (event,) = state["events"]
    assert event["hidden"] == [["orders", 0, 10]]
    assert (event["api"], event["broker"], event["client"]) == ("produce", 1, "learner")


def test_it_waits_for_the_records_acknowledged_before(tap, yes, learner, produce, kafka_bytes):
    rule = tap.add_rule(
        {"rule": "rewrite_response", "topic": "orders", "error": 7, "after_acked": 6, "skip": 1}
    )

    codes = []
    for n in range(1, 6):
        learner.send(produce(n))
        codes.append(errors(heard(learner, kafka_bytes)[1])[0][2])

    # Three records a batch: the third sees six acknowledged, and one occasion is skipped.
    assert codes == ["none", "none", "none", "request_timed_out", "none"]
    assert tap.rule_state(rule)["fired"] == 1


def test_a_held_error_goes_out_before_the_answer_to_a_later_batch(
    tap, yes, learner, produce, kafka_bytes, eventually
):
    rule = tap.add_rule(
        {"rule": "hold_error", "topic": "orders", "error": "NETWORK_EXCEPTION", "wait_ms": 30_000}
    )
    learner.send(produce(1))
    eventually(lambda: tap.rule_state(rule)["held"] == 1)
    assert not yes.frames

    # What is no batch, or another partition's, does not set it free, but waits behind it.
    learner.send(kafka_bytes.request(18, 3, 2), produce(3, ("orders", 1)))
    eventually(lambda: len(yes.frames) == 2)
    assert tap.rule_state(rule)["held"] == 1
    learner.send(produce(4))
    answers = [heard(learner, kafka_bytes) for _ in range(4)]

    assert [number for number, _ in answers] == [1, 2, 3, 4]
    assert errors(answers[0][1]) == [("orders", 0, "network_exception", -1)]
    assert errors(answers[3][1]) == [("orders", 0, "none", 40)]
    assert len(yes.frames) == 3
    fates = [(o.type, o.partition, o.error) for o in tap.ops(0)]
    assert fates == [("fail", 0, "NETWORK_EXCEPTION"), ("ok", 1, None), ("ok", 0, None)]
    (event,) = tap.rule_state(rule)["events"]
    assert (event["released"], event["later"]) == ("later-response", [40])
    assert tap.rule_state(rule)["held"] == 0


def test_a_held_error_waits_for_earlier_answers(
    tap, broker, learner, produce, kafka_bytes, eventually
):
    rule = tap.add_rule(
        {"rule": "hold_error", "topic": "orders", "error": 19, "wait_ms": 1, "skip": 1}
    )
    learner.send(produce(1), produce(2))
    # Its time is over, and yet it may not overtake the answer that is still to come.
    eventually(lambda: [e.get("released") for e in tap.rule_state(rule)["events"]] == ["timeout"])
    broker.connections[0].sendall(kafka_bytes.produced(10, 1, {("orders", 0): 5}))

    assert [heard(learner, kafka_bytes)[0] for _ in range(2)] == [1, 2]
    assert len(broker.frames) == 1


def test_removal_releases_a_held_error(tap, yes, learner, produce, kafka_bytes, eventually):
    rule = tap.add_rule({"rule": "hold_error", "error": 19, "wait_ms": 60_000})
    learner.send(produce(1))
    eventually(lambda: tap.rule_state(rule)["held"])

    tap.remove_rule(rule)

    assert heard(learner, kafka_bytes)[0] == 1
    assert tap.rule_state(rule)["events"][0]["released"] == "removed"


def test_a_held_error_is_unanswered_when_its_connection_ends(
    tap, yes, learner, produce, eventually
):
    rule = tap.add_rule({"rule": "hold_error", "error": 19, "wait_ms": 60_000})
    learner.send(produce(1))
    eventually(lambda: tap.rule_state(rule)["held"])

    tap.reset_connections("over")

    assert [(o.type, o.error) for o in tap.ops(0)] == [("info", None)]
    assert tap.rule_state(rule)["held"] == 0


@pytest.mark.parametrize(
    ("name", "reached", "outcome"),
    [
        ("reset_before_broker", 0, "unanswered"),
        ("reset_after_append", 1, "response-not-delivered"),
    ],
)
def test_a_reset_breaks_the_connection_before_or_after(
    tap, yes, learner, produce, name, reached, outcome
):
    rule = tap.add_rule({"rule": name, "topic": "orders"})

    learner.send(produce(1))

    assert learner.was_reset()
    assert len(yes.frames) == reached
    (record,) = tap.records()
    assert (record.outcome, record.why, record.rule) == (outcome, f"rule-{name}", name)
    assert tap.rule_state(rule)["fired"] == 1


def test_a_reset_spares_other_brokers_and_later_connections(tap, yes, connect, kafka_bytes):
    before = connect()
    before.send(kafka_bytes.request(18, 3, 1))
    before.read(8)

    other = tap.add_rule({"rule": "reset", "broker": 9})
    rule = tap.add_rule({"rule": "reset", "broker": 1})
    after = connect()
    after.send(kafka_bytes.request(18, 3, 2))

    assert before.was_reset()
    assert after.read(8) == kafka_bytes.response(2)
    assert (tap.rule_state(other)["fired"], tap.rule_state(rule)["fired"]) == (0, 1)


def test_conditions_that_do_not_fit_let_everything_pass(tap, yes, learner, produce, kafka_bytes):
    elsewhere = [
        {"topic": "other"},
        {"partition": 7},
        {"broker": 2},
        {"connection": 99},
        {"client_id": "somebody"},
        {"transactional_id": "t"},
        {"group": "g"},
        {"topic": "orders", "after_acked": 1},
    ]
    rules = [tap.add_rule({"rule": "rewrite_response", "error": 7, **key}) for key in elsewhere]

    learner.send(produce(1))

    assert errors(heard(learner, kafka_bytes)[1]) == [("orders", 0, "none", 10)]
    # It should show that none of them fired: such a run proves nothing.
    assert [tap.rule_state(rule)["fired"] for rule in rules] == [0] * len(elsewhere)


@pytest.fixture
def book():
    return RuleBook(Evidence(-1, time.monotonic), None)


@pytest.mark.parametrize(
    ("spec", "says"),
    [
        ({}, "has no rule ''"),
        ({"rule": "explode"}, "It has .*hold_error"),
        ({"rule": "rewrite_response"}, "error is None"),
        ({"rule": "rewrite_response", "error": "NO_SUCH"}, "error is 'NO_SUCH'"),
        ({"rule": "rewrite_response", "error": 0}, "is success"),
        ({"rule": "rewrite_response", "error": 7, "api": "fetch"}, "api is 'fetch'"),
        ({"rule": "rewrite_response", "error": True}, "error is True"),
        ({"rule": "rewrite_response", "error": [7]}, "error is"),
        ({"rule": "drop_request"}, "api is None"),
        ({"rule": "drop_request", "api": []}, "empty list"),
        ({"rule": "drop_request", "api": ["produce", "nonsense"]}, "api is 'nonsense'"),
        ({"rule": "delay"}, "request_ms and response_ms are 0"),
        ({"rule": "blackhole", "direction": "up"}, "direction is 'up'"),
        ({"rule": "refuse"}, "broker is absent"),
        ({"rule": "rewrite_response", "error": 7, "colour": "red"}, "colour is no option"),
        ({"rule": "rewrite_response", "error": 7, "count": 0}, "at least 1"),
        ({"rule": "rewrite_response", "error": 7, "count": "two"}, "type int"),
        ({"rule": "rewrite_response", "error": 7, "after_acked": 5}, "no topic to count"),
        ({"rule": "hold_error", "error": 7, "wait_ms": -1}, "at least 0"),
        ({"rule": "reset", "topic": "orders"}, "topic is no option"),
    ],
)
def test_a_rule_that_cannot_be_is_refused_with_its_key(book, spec, says):
    with pytest.raises(BadRuleError, match=says):
        book.add(spec)


def test_a_refusal_reaches_whoever_asked(tap):
    with pytest.raises(JudgeError, match="error is None") as raised:
        tap.add_rule({"rule": "hold_error"})

    assert raised.value.code == "tap-rule-refused"


def test_an_unknown_rule_has_no_state(tap):
    with pytest.raises(JudgeError, match="no rule with the id"):
        tap.rule_state("reset-9")


def test_a_removed_rule_does_nothing_more(tap, yes, learner, produce, kafka_bytes):
    rule = tap.add_rule({"rule": "rewrite_response", "error": ErrorCode.request_timed_out.value})
    tap.remove_rule(rule)
    tap.remove_rule(rule)

    learner.send(produce(1))

    assert errors(heard(learner, kafka_bytes)[1]) == [("orders", 0, "none", 10)]
    assert tap.rule_state(rule)["fired"] == 0
