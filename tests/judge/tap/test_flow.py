"""Bytes flow both ways as over a wire: bounded, half-closable, breakable."""

import os
import signal
import socket
from pathlib import Path

import pytest

from judge.errors import JudgeError
from judge.inside.tap import Places, start_tap_at
from judge.inside.tap.ends import PAUSE_BYTES


def test_it_stops_reading_from_a_program_whose_broker_is_slow(
    tap, broker, learner, kafka_bytes, eventually
):
    broker.reading.clear()
    request = kafka_bytes.produce(
        10, 1, {("orders", 0): kafka_bytes.batch(body=b"x" * 100_000)}, acks=0
    )
    learner.sock.setblocking(False)
    sent = stuck = 0
    while stuck < 50:
        try:
            sent += learner.sock.send(request[sent % len(request) :])
            stuck = 0
        except BlockingIOError:
            # It should take no more: the program feels the pressure.
            stuck += 1
            held = tap.stats()["held_bytes"]
            assert held < 2 * PAUSE_BYTES

    broker.reading.set()
    eventually(lambda: len(broker.received) == sent - sent % len(request))


def test_it_stops_reading_from_a_broker_whose_program_is_slow(
    tap, broker, learner, kafka_bytes, eventually
):
    body = os.urandom(40 << 20)
    response = kafka_bytes.response(1, body)
    broker.answer = lambda frame: response
    learner.send(kafka_bytes.request(1, 16, 1))

    eventually(lambda: tap.stats()["held_bytes"] >= PAUSE_BYTES)
    assert tap.stats()["held_bytes"] < 2 * PAUSE_BYTES

    # It should deliver every byte in the end.
    assert learner.read(len(response)) == response


def test_a_half_closed_program_still_hears_its_answers(
    tap, broker, learner, kafka_bytes, eventually
):
    learner.send(kafka_bytes.request(18, 3, 1))
    learner.sock.shutdown(socket.SHUT_WR)
    assert broker.ended.wait(10)

    broker.connections[0].sendall(kafka_bytes.response(1))
    broker.connections[0].close()

    assert learner.read(8) == kafka_bytes.response(1)
    assert not learner.was_reset()
    eventually(lambda: tap.stats()["closed"] == {"broker-closed": 1})


def test_a_broker_that_closes_is_seen_to_close(tap, broker, learner, kafka_bytes):
    broker.answer = lambda frame: kafka_bytes.response(1)
    learner.send(kafka_bytes.request(18, 3, 1))
    learner.read(8)

    broker.connections[0].shutdown(socket.SHUT_RDWR)

    assert not learner.was_reset()


def test_a_broker_that_is_down_refuses_connections(tap, broker, connect, kafka_bytes):
    address = tap.addresses[1]
    tap.broker_down(1)

    with pytest.raises(ConnectionRefusedError):
        connect()

    # It should be found at the same address when it is back.
    tap.broker_up(1)
    broker.answer = lambda frame: kafka_bytes.response(1)
    again = connect()
    again.send(kafka_bytes.request(18, 3, 1))
    assert again.read(8) == kafka_bytes.response(1)
    assert tap.addresses[1] == address


def test_a_connection_to_an_unreachable_broker_is_reset(tap, broker, connect):
    broker.refuse()

    assert connect().was_reset()
    assert tap.stats()["closed"] == {"broker-unreachable": 1}


def test_many_connections_at_once_do_not_mix(tap, broker, connect, kafka_bytes):
    broker.answer = lambda frame: kafka_bytes.response(
        int.from_bytes(frame[8:12], "big"), frame[12:]
    )
    learners = [connect() for _ in range(50)]
    for number, one in enumerate(learners):
        one.send(kafka_bytes.request(18, 3, number, b"%4d" % number))

    answers = [one.read(12) for one in learners]

    assert answers == [kafka_bytes.response(n, b"%4d" % n) for n in range(50)]


def test_a_killed_tap_lets_nothing_pass_and_says_so(tap, broker, learner, kafka_bytes):
    os.kill(tap.pid, signal.SIGKILL)

    learner.was_reset()
    with pytest.raises(JudgeError, match="gone") as raised:
        tap.stats()

    assert raised.value.code == "tap-died"
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(tap.addresses[1])


def test_it_ends_when_its_supervisor_does(broker, eventually):
    tap = start_tap_at(Places({1: ("127.0.0.1", 0)}, {1: broker.address}))

    tap._tap.control.shutdown(socket.SHUT_RDWR)

    eventually(lambda: not tap.alive)
    tap.stop()


def test_a_tap_that_cannot_listen_says_so_and_leaves_nothing(broker, eventually):
    before = set(Path("/proc/self/fd").iterdir())

    with pytest.raises(JudgeError, match="failed to do 'up'") as raised:
        start_tap_at(Places({1: ("192.0.2.1", 9092)}, {1: broker.address}))

    assert raised.value.code == "tap-failed"
    eventually(lambda: set(Path("/proc/self/fd").iterdir()) <= before)
