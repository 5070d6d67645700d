"""Rules about whole connections: slow, dark, refused, and frames that wait or are lost."""

import socket
import time

import pytest

from judge.errors import JudgeError


@pytest.fixture
def echo(broker, kafka_bytes):
    """A broker that answers every request with its own correlation id."""
    broker.answer = lambda frame: kafka_bytes.response(int.from_bytes(frame[8:12], "big"))
    return broker


@pytest.fixture
def ask(kafka_bytes):
    """Asks on a connection; returns a moment before."""

    def send(learner, number):
        before_s = time.monotonic()
        learner.send(kafka_bytes.request(18, 3, number))
        return before_s

    return send


def is_silent(learner):
    """Whether nothing has come; what is on its way over loopback is here by then."""
    learner.sock.settimeout(0.1)
    try:
        learner.sock.recv(1, socket.MSG_PEEK)
    except TimeoutError:
        return True
    finally:
        learner.sock.settimeout(10)
    return False


def numbers(learner, count):
    return [int.from_bytes(learner.read(8)[4:], "big") for _ in range(count)]


def test_a_delay_adds_up_over_both_ways_and_ends(tap, echo, learner, ask):
    rule = tap.add_rule({"rule": "delay", "request_ms": 60, "response_ms": 40, "jitter_ms": 20})
    asked_s = ask(learner, 1)
    ask(learner, 2)

    assert numbers(learner, 2) == [1, 2]
    assert time.monotonic() - asked_s >= 0.1
    assert (tap.rule_state(rule)["fired"], tap.rule_state(rule)["held"]) == (1, 1)

    tap.remove_rule(rule)
    assert tap.rule_state(rule)["held"] == 0
    ask(learner, 3)
    assert numbers(learner, 1) == [3]


@pytest.mark.parametrize(("direction", "reached"), [("both", 0), ("request", 0), ("response", 1)])
def test_in_the_dark_nothing_passes_and_after_it_everything(
    tap, echo, learner, ask, eventually, direction, reached
):
    ask(learner, 1)
    learner.read(8)
    rule = tap.add_rule({"rule": "blackhole", "direction": direction})

    ask(learner, 2)
    assert is_silent(learner)
    eventually(lambda: len(echo.frames) == 1 + reached)

    tap.remove_rule(rule)
    assert numbers(learner, 1) == [2]
    assert tap.rule_state(rule)["fired"] == 1


def test_the_dark_takes_new_connections_in(tap, echo, connect, ask):
    rule = tap.add_rule({"rule": "blackhole"})
    late = connect()
    ask(late, 1)

    assert is_silent(late)
    tap.remove_rule(rule)
    assert numbers(late, 1) == [1]
    assert tap.rule_state(rule)["fired"] == 1


def test_the_dark_ends_by_itself(tap, echo, learner, ask, eventually):
    ask(learner, 1)
    learner.read(8)
    rule = tap.add_rule({"rule": "blackhole", "for_ms": 100})
    ask(learner, 2)

    assert numbers(learner, 1) == [2]
    eventually(lambda: not tap.rule_state(rule)["held"])
    assert tap.rule_state(rule)["fired"] == 1


def test_the_dark_can_be_one_clients_alone(tap, broker, connect, kafka_bytes):
    def answer(frame):
        return kafka_bytes.response(int.from_bytes(frame[8:12], "big"))

    broker.answer = answer
    tap.add_rule({"rule": "blackhole", "client_id": "learner"})
    produce = kafka_bytes.produce(10, 1, {("t", 0): kafka_bytes.batch()}, acks=0)
    named, nameless = connect(), connect()

    named.send(produce, kafka_bytes.request(18, 3, 2))
    nameless.send(kafka_bytes.request(18, 3, 3))

    assert numbers(nameless, 1) == [3]
    assert is_silent(named)


def test_a_program_that_leaves_in_the_dark_is_noticed_and_its_bytes_are_kept(
    tap, echo, learner, ask
):
    rule = tap.add_rule({"rule": "blackhole"})
    ask(learner, 1)
    learner.sock.close()
    assert echo.frames == []

    tap.remove_rule(rule)

    assert echo.ended.wait(10)
    assert len(echo.frames) == 1


def test_a_refused_broker_is_reached_again_when_nobody_refuses_it(tap, echo, connect, ask):
    rule = tap.add_rule({"rule": "refuse", "broker": 1})

    with pytest.raises(ConnectionRefusedError):
        connect()
    (event,) = tap.rule_state(rule)["events"]
    assert (event["broker"], event["connect"]) == (1, "ECONNREFUSED")

    # It should stay shut while its broker is dead, whatever becomes of the rule.
    tap.broker_down(1)
    tap.remove_rule(rule)
    with pytest.raises(ConnectionRefusedError):
        connect()

    tap.broker_up(1)
    again = connect()
    ask(again, 1)
    assert numbers(again, 1) == [1]


def test_a_broker_that_is_not_there_cannot_be_refused(tap):
    with pytest.raises(JudgeError, match="no broker 9"):
        tap.add_rule({"rule": "refuse", "broker": 9})


@pytest.fixture
def produce(kafka_bytes):
    return lambda n: kafka_bytes.produce(10, n, {("orders", 0): kafka_bytes.batch(crc=n)})


@pytest.fixture
def appending(broker, kafka_bytes):
    broker.answer = lambda frame: kafka_bytes.produced(
        10, n := int.from_bytes(frame[8:12], "big"), {("orders", 0): n}
    )
    return broker


def correlation(learner):
    head = learner.read(4)
    return int.from_bytes(learner.read(int.from_bytes(head, "big"))[:4], "big")


def test_a_held_request_waits_and_all_that_follows_waits_behind_it(
    tap, appending, learner, produce, eventually
):
    rule = tap.add_rule({"rule": "hold_request", "api": "produce"})
    learner.send(produce(1), produce(2))
    eventually(lambda: tap.rule_state(rule)["held"] == 1)
    assert is_silent(learner)
    assert appending.frames == []

    tap.remove_rule(rule)

    assert [correlation(learner), correlation(learner)] == [1, 2]
    (event,) = tap.rule_state(rule)["events"]
    assert event["released"] == "removed"
    assert [r.rule for r in tap.records()] == ["hold_request", None]


def test_a_held_response_comes_late_but_acknowledged(tap, appending, learner, produce):
    rule = tap.add_rule({"rule": "hold_response", "api": "produce", "for_ms": 150})
    sent_s = time.monotonic()
    learner.send(produce(1), produce(2))

    assert [correlation(learner), correlation(learner)] == [1, 2]
    assert time.monotonic() - sent_s >= 0.15
    assert tap.rule_state(rule)["events"][0]["released"] == "timeout"
    assert [r.acknowledged for r in tap.records()] == [True, True]


def test_what_is_held_when_the_connection_ends_was_never_answered(
    tap, appending, learner, produce, eventually
):
    requests = tap.add_rule({"rule": "hold_request", "api": "produce", "skip": 1})
    responses = tap.add_rule({"rule": "hold_response", "api": "produce"})
    learner.send(produce(1), produce(2))
    eventually(lambda: tap.rule_state(requests)["held"] and tap.rule_state(responses)["held"])

    tap.reset_connections("over")

    assert [(r.crc, r.outcome) for r in tap.records()] == [
        (1, "response-not-delivered"),
        (2, "unanswered"),
    ]
    for rule in (requests, responses):
        state = tap.rule_state(rule)
        assert (state["held"], state["events"][0]["released"]) == (0, "connection-closed")


@pytest.mark.parametrize(
    ("name", "reached", "outcome"),
    [("drop_request", 1, "unanswered"), ("drop_response", 2, "response-not-delivered")],
)
def test_a_dropped_frame_leaves_the_rest_of_its_connection_alone(
    tap, appending, learner, produce, name, reached, outcome
):
    rule = tap.add_rule({"rule": name, "api": "produce"})

    learner.send(produce(1), produce(2))

    assert correlation(learner) == 2
    assert len(appending.frames) == reached
    first, second = tap.records()
    assert (first.outcome, first.why, first.rule) == (outcome, f"rule-{name}", name)
    assert second.acknowledged
    assert tap.rule_state(rule)["fired"] == 1


def test_all_of_them_means_all(tap, appending, learner, produce, kafka_bytes, eventually):
    rule = tap.add_rule({"rule": "drop_request", "api": "produce", "count": "all"})

    learner.send(*(produce(n) for n in range(1, 131)))

    eventually(lambda: tap.rule_state(rule)["fired"] == 130)
    assert appending.frames == []
    # It should count on where it no longer tells.
    assert len(tap.rule_state(rule)["events"]) == 100


def test_a_held_program_feels_the_pressure(tap, appending, learner, kafka_bytes, eventually):
    tap.add_rule({"rule": "hold_request", "api": "produce"})
    big = kafka_bytes.produce(
        10, 1, {("orders", 0): kafka_bytes.batch(body=b"x" * 500_000)}, acks=1
    )
    learner.sock.setblocking(False)
    stuck = 0
    while stuck < 50:
        try:
            learner.sock.send(big)
            stuck = 0
        except BlockingIOError:
            stuck += 1
            # It should take in a few megabytes and then no more.
            assert tap.stats()["held_bytes"] < 4 << 20


def test_spliced_bytes_pass_unread_and_uncounted_by_api(tap, broker, connect, eventually):
    broker.answer = lambda frame: b"whatever"
    tap.set_mode("splice")
    spliced = connect()
    eventually(lambda: tap.stats()["open"] == 1)
    tap.set_mode("full")

    spliced.send(b"\x00\x00\x00\x04none of Kafka's")
    assert spliced.read(8) == b"whatever"

    stats = tap.stats()
    assert (stats["requests"], stats["rows"]) == ({}, 0)
    assert stats["spliced_bytes"] == {"requests": 19, "responses": 8}
    # It should still count after the connection has gone.
    spliced.sock.close()
    assert broker.ended.wait(10)
    broker.close()
    eventually(lambda: not tap.stats()["open"])
    assert tap.stats()["spliced_bytes"]["requests"] == 19


def test_rules_for_connections_hold_for_spliced_ones_too(tap, broker, connect):
    broker.answer = lambda frame: b"pong"
    tap.set_mode("splice")
    spliced = connect()
    spliced.send(b"\x00\x00\x00\x00")
    assert spliced.read(4) == b"pong"

    dark = tap.add_rule({"rule": "blackhole", "for_ms": 100})
    spliced.send(b"\x00\x00\x00\x00")
    assert spliced.read(4) == b"pong"
    tap.add_rule({"rule": "reset"})

    assert spliced.was_reset()
    assert tap.rule_state(dark)["fired"] == 1
