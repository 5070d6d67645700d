"""Under any rules at once a connection keeps its order, and every batch has one row, a true one."""

import contextlib
import os
import select
import socket

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from judge.inside.tap.codec import read_head, read_request, read_response
from judge.inside.tap.connection import Connection
from judge.inside.tap.evidence import Evidence
from judge.inside.tap.records import record_from_line
from judge.inside.tap.rules import RuleBook
from judge.inside.tap.timers import Timers

PLACES = [("orders", 0), ("orders", 1), ("other", 0)]

counts = st.one_of(st.integers(1, 4), st.just("all"))
frames = {"skip": st.integers(0, 3), "count": counts}
topics = {"topic": st.sampled_from(["orders", "other"])}
error = {"error": st.sampled_from([6, 7, 19, 20])}
produce = {"api": st.just("produce")}


def rule(name, needed, **optional):
    return st.fixed_dictionaries(
        {"rule": st.just(name), **needed}, optional={**frames, **topics, **optional}
    )


specs = st.one_of(
    rule("rewrite_response", error),
    rule("hold_error", error, wait_ms=st.integers(0, 300)),
    rule("drop_request", produce),
    rule("drop_response", produce),
    rule("hold_request", produce, for_ms=st.integers(0, 300)),
    rule("hold_response", produce, for_ms=st.integers(0, 300)),
    st.fixed_dictionaries(
        {"rule": st.just("delay"), "jitter_ms": st.integers(1, 50)},
        optional={"request_ms": st.integers(0, 99), "response_ms": st.integers(0, 99)},
    ),
    st.fixed_dictionaries(
        {"rule": st.just("blackhole")},
        optional={"direction": st.sampled_from(["request", "response"]),
                  "for_ms": st.integers(1, 300)},
    ),
)  # fmt: skip

steps = st.lists(
    st.one_of(
        st.tuples(st.just("send"), st.sampled_from(PLACES)),
        st.tuples(st.just("shout"), st.sampled_from(PLACES)),
        st.tuples(st.just("ask"), st.none()),
        st.tuples(st.just("answer"), st.integers(1, 4)),
        st.tuples(st.just("wait"), st.integers(1, 200)),
        st.tuples(st.just("add"), specs),
        st.tuples(st.just("remove"), st.integers(0, 9)),
    ),
    min_size=1,
    max_size=40,
)


class Bench:
    """One connection over two socket pairs on a clock of its own."""

    def __init__(self, kafka_bytes):
        self.bytes, self.now_s, self.sent = kafka_bytes, 50.0, 0
        self.timers = Timers(lambda: self.now_s)
        self.program, program = socket.socketpair()
        self.broker, upstream = socket.socketpair()
        for sock in (self.program, self.broker, program, upstream):
            sock.setblocking(False)
        self.read_fd, self.write_fd = os.pipe()
        self.evidence = Evidence(self.write_fd, lambda: self.now_s)
        self.book, self.rules = RuleBook(self.evidence, self), []
        self.line = Connection(1, 1, program, upstream, self.evidence, self.book, self.later)
        self.line.on_event(self.line.fds[1], select.EPOLLOUT)
        self.book.meet(self.line)
        self.batches, self.shouted = {}, set()
        self.reached, self.answered, self.heard = [], 0, []
        self.from_broker = self.from_program = b""

    def close(self):
        self.line.close("over")
        for sock in (self.program, self.broker):
            sock.close()
        os.close(self.read_fd)
        os.close(self.write_fd)

    def lines(self):
        return [self.line]

    def after(self, delay_s, do):
        self.timers.after(delay_s, do)

    def later(self, line, delay_s, do):
        self.timers.after(delay_s, lambda: line.is_open and do())

    def send(self, place, acks=-1):
        self.sent += 1
        self.batches[self.sent] = place
        batch = self.bytes.batch(crc=self.sent)
        self.program.send(self.bytes.produce(10, self.sent, {place: batch}, acks=acks))

    def shout(self, place):
        """Send without waiting for an answer: there is none."""
        self.send(place, acks=0)
        self.shouted.add(self.sent)

    def ask(self, _):
        self.sent += 1
        self.program.send(self.bytes.request(18, 3, self.sent))

    def answer(self, count):
        for frame in self.reached[self.answered : self.answered + count]:
            self.answered += 1
            head = read_head(memoryview(frame))
            if head.correlation_id in self.shouted:
                continue
            reply = self.bytes.response(head.correlation_id)
            if head.api == 0:
                _, body = read_request(head, memoryview(frame))
                topic = body.topic_data[0]
                place = (topic.name, topic.partition_data[0].index)
                reply = self.bytes.produced(10, head.correlation_id, {place: head.correlation_id})
            self.broker.send(reply)

    def wait(self, ms):
        for _ in range(ms):
            self.now_s += 0.001
            self.timers.run_due()
            self.line.flush()

    def add(self, spec):
        self.rules.append(self.book.add(spec))

    def remove(self, number):
        if number < len(self.rules):
            self.book.remove(self.rules[number])
            self.timers.run_due()

    def pump(self):
        """Let everything pass that can, as epoll would."""
        for _ in range(3):
            for fd, wanted in zip(self.line.fds, self.line.wanted(), strict=True):
                ready = select.select([fd], [], [], 0)[0] if wanted & select.EPOLLIN else []
                if ready:
                    self.line.on_event(fd, select.EPOLLIN)
            self.timers.run_due()
            self.line.flush()
        self.from_broker = self.take(self.broker, self.from_broker, self.reached)
        self.from_program = self.take(self.program, self.from_program, self.heard)

    def take(self, sock, pending, frames):
        with contextlib.suppress(BlockingIOError):
            pending += sock.recv(1 << 20)
        while len(pending) >= 4 and len(pending) >= (end := 4 + int.from_bytes(pending[:4])):
            frames.append(pending[:end])
            pending = pending[end:]
        return pending

    def finish(self):
        """Take all rules away, let the broker answer everything, and close."""
        for number in range(len(self.rules)):
            self.remove(number)
        for _ in range(20):
            self.pump()
            self.answer(1000)
            self.wait(20)
        self.pump()
        self.line.close("over")
        self.evidence.flush()
        lines = os.read(self.read_fd, 1 << 20).splitlines() if self.batches else []
        return [record_from_line(line) for line in lines]


def number_of(frame):
    return int.from_bytes(frame[4:8], "big")


@settings(deadline=None, max_examples=120, suppress_health_check=list(HealthCheck))
@given(steps)
def test_order_and_evidence_survive_any_rules(kafka_bytes, plan):
    bench = Bench(kafka_bytes)
    try:
        for step, argument in plan:
            getattr(bench, step)(argument)
            bench.pump()
        records = bench.finish()
    finally:
        bench.close()

    # It should answer in the order of the questions, each at most once.
    numbers = [number_of(frame) for frame in bench.heard]
    assert numbers == sorted(set(numbers))
    # It should hand the broker each request at most once, in order, and unchanged.
    reached = [read_head(memoryview(frame)).correlation_id for frame in bench.reached]
    assert reached == sorted(set(reached))
    # It should write one row for each batch, with what its sender was told and no more.
    assert sorted(record.crc for record in records) == sorted(bench.batches)
    told = {}
    for frame in bench.heard:
        if number_of(frame) in bench.batches:
            part = read_response(0, 10, memoryview(frame)).responses[0].partition_responses[0]
            told[number_of(frame)] = (part.error_code.name, part.base_offset)
    for record in records:
        assert (record.outcome == "no-response-wanted") == (record.crc in bench.shouted)
        assert (record.outcome == "delivered") == (record.crc in told)
        if record.acknowledged:
            assert told[record.crc] == ("none", record.base_offset)
        elif record.outcome == "delivered":
            assert told[record.crc] == (record.error.lower(), -1)
        if record.hidden_offset is not None:
            assert record.crc in reached
        if record.outcome == "unanswered":
            assert record.rule == "drop_request"
    # It should lose only what a rule has lost.
    lost = {r.crc for r in records if r.rule in ("drop_request", "drop_response")}
    assert bench.shouted - set(reached) <= lost
    assert set(range(1, bench.sent + 1)) - set(numbers) == lost | bench.shouted
    states = [bench.book.state(rule) for rule in bench.rules]
    assert all(state["held"] == 0 for state in states)
