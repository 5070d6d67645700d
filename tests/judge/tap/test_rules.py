"""A rule can take a frame, and the connection around it stays sound."""

import os
import select
import socket
import time

import pytest

from judge.inside.tap.codec import PRODUCE
from judge.inside.tap.connection import Connection
from judge.inside.tap.evidence import Evidence
from judge.inside.tap.records import record_from_line


class DropFirstResponse:
    apis = frozenset({PRODUCE})

    def __init__(self):
        self.taken = 0

    def meet(self, wire):
        pass

    def request(self, wire, exchange, frame):
        return False

    def response(self, wire, exchange, frame):
        self.taken += 1
        if self.taken == 1:
            wire.give_up(exchange, "dropped-by-rule")
            return True
        return False


class ResetBeforeBroker(DropFirstResponse):
    def request(self, wire, exchange, frame):
        wire.reset("reset-by-rule")
        return True


@pytest.fixture
def wired():
    """A connection over two socket pairs, and the evidence it writes."""

    class Wired:
        def __init__(self, rule):
            self.program, program = socket.socketpair()
            self.broker, upstream = socket.socketpair()
            program.setblocking(False)
            upstream.setblocking(False)
            self.read_fd, write_fd = os.pipe()
            self.evidence = Evidence(write_fd, time.monotonic)
            self.connection = Connection(1, 1, program, upstream, self.evidence, rule)
            self.connection.on_event(self.connection.fds[1], select.EPOLLOUT)

        def records(self):
            self.evidence.flush()
            return [record_from_line(x) for x in os.read(self.read_fd, 65536).splitlines()]

        def pump(self):
            for fd in self.connection.fds:
                self.connection.on_event(fd, select.EPOLLIN)

    return Wired


def test_a_dropped_response_is_recorded_and_the_next_one_passes(wired, kafka_bytes):
    wire = wired(DropFirstResponse())
    for n in (1, 2):
        wire.program.send(kafka_bytes.produce(10, n, {("t", 0): kafka_bytes.batch(crc=n)}))
    wire.connection.on_event(wire.connection.fds[0], select.EPOLLIN)
    second = kafka_bytes.produced(10, 2, {("t", 0): 8})

    wire.broker.send(kafka_bytes.produced(10, 1, {("t", 0): 7}) + second)
    wire.connection.on_event(wire.connection.fds[1], select.EPOLLIN)

    assert wire.program.recv(65536) == second
    rows = [(r.crc, r.base_offset, r.outcome, r.why) for r in wire.records()]
    assert rows == [
        (1, 7, "response-not-delivered", "dropped-by-rule"),
        (2, 8, "delivered", None),
    ]


def test_a_reset_before_the_broker_leaves_the_request_unanswered(wired, kafka_bytes):
    wire = wired(ResetBeforeBroker())

    wire.program.send(kafka_bytes.produce(10, 1, {("t", 0): kafka_bytes.batch()}))
    wire.connection.on_event(wire.connection.fds[0], select.EPOLLIN)

    assert wire.broker.recv(1) == b""
    assert wire.connection.closed == "reset-by-rule"
    assert [(r.outcome, r.why) for r in wire.records()] == [("unanswered", "reset-by-rule")]
