"""What the tap cannot read it does not pass on, and no sender can bring it down."""

import struct

import pytest

from judge.inside.tap.connection import MOST_REQUEST_BYTES
from judge.inside.tap.proxy import MOST_HELD_BYTES

TLS_HELLO = bytes.fromhex("16030100c5010000c10303") + b"\x07" * 64


@pytest.mark.parametrize(
    "garbage",
    [
        struct.pack(">i", -1),
        struct.pack(">i", -(2**31)) + b"x" * 64,
        struct.pack(">i", 2**31 - 1) + b"x" * 64,
        struct.pack(">i", MOST_REQUEST_BYTES + 1),
        struct.pack(">i", 3) + b"abc",
        b"GET / HTTP/1.1\r\nHost: broker\r\n\r\n",
        TLS_HELLO,
        struct.pack(">ihhi", 8, 999, 0, 1),
        struct.pack(">ihhi", 8, 0, 10, 1),
        struct.pack(">ihhi", 8, 0, 1, 1),
    ],
    ids=["negative", "most-negative", "2-gb", "too-large", "too-small", "http", "tls",
         "unknown-api", "empty-produce", "old-produce"],
)  # fmt: skip
def test_garbage_is_reset_and_nothing_of_it_passes(tap, broker, learner, garbage):
    learner.send(garbage)

    assert learner.was_reset()
    assert broker.received == b""
    assert tap.records() == []


def test_what_was_sent_before_the_garbage_passes_and_is_recorded(
    tap, broker, learner, kafka_bytes, eventually
):
    good = kafka_bytes.produce(10, 1, {("orders", 0): kafka_bytes.batch()})

    learner.send(good, b"GET / HTTP/1.1\r\n\r\n")

    assert learner.was_reset()
    eventually(lambda: broker.received == good)
    assert [r.outcome for r in tap.records()] == ["unanswered"]


def test_a_response_out_of_turn_breaks_the_connection(tap, broker, learner, kafka_bytes):
    broker.answer = lambda frame: kafka_bytes.response(77)

    learner.send(kafka_bytes.request(18, 3, 1))

    assert learner.was_reset()


def test_it_survives_500_partial_frames(tap, broker, connect, kafka_bytes, eventually):
    partial = kafka_bytes.produce(10, 1, {("orders", 0): kafka_bytes.batch()})[:-1]
    for _ in range(500):
        connect().send(partial)
    eventually(lambda: tap.stats()["held_bytes"] == 500 * len(partial))

    response = kafka_bytes.response(9)
    broker.answer = lambda frame: response
    honest = connect()
    honest.send(kafka_bytes.request(18, 3, 9))

    assert honest.read(len(response)) == response
    assert tap.records() == []
    assert tap.stats()["bugs"] == {}


def test_all_unfinished_frames_together_are_bounded(tap, broker, connect, eventually):
    promise = struct.pack(">i", MOST_REQUEST_BYTES)
    most_of_it = bytes(MOST_REQUEST_BYTES - 1000)
    hoarders = [connect() for _ in range(MOST_HELD_BYTES // MOST_REQUEST_BYTES + 2)]

    for hoarder in hoarders:
        try:
            hoarder.send(promise, most_of_it)
        except (ConnectionResetError, BrokenPipeError):
            continue

    eventually(lambda: tap.stats()["closed"].get("too-much-held", 0) >= 1)
    assert tap.stats()["held_bytes"] <= MOST_HELD_BYTES
    assert tap.alive
