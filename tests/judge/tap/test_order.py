"""Whatever is delayed, held or answered out of turn, each connection keeps its order."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from judge.inside.tap.codec import UndecodableError
from judge.inside.tap.exchanges import Exchange, Exchanges
from judge.inside.tap.lanes import Lane


class Clock:
    def __init__(self):
        self.now_s = 100.0

    def __call__(self):
        return self.now_s


class Sink:
    """Where a lane leads."""

    def __init__(self):
        self.got = []

    def put(self, data, exchange=None):
        self.got.append(bytes(data))


@pytest.fixture
def lane():
    clock, sink = Clock(), Sink()
    made = Lane(sink, clock)
    made.clock, made.sink = clock, sink
    return made


def test_a_free_lane_passes_at_once(lane):
    lane.put(memoryview(b"a"))

    assert lane.sink.got == [b"a"]
    assert lane.queued_bytes == 0


def test_a_delay_is_waited_for_and_not_less(lane):
    lane.slow("rule", lambda: 0.5)
    lane.put(memoryview(b"a"))

    assert lane.move() == pytest.approx(0.5)
    lane.clock.now_s += 0.4
    assert lane.move() == pytest.approx(0.1)
    assert lane.sink.got == []

    lane.clock.now_s += 0.2
    assert lane.move() is None
    assert lane.sink.got == [b"a"]


def test_an_ended_delay_lets_nothing_overtake(lane):
    lane.slow("rule", lambda: 0.5)
    lane.put(memoryview(b"a"))
    lane.slow("rule", None)
    lane.put(memoryview(b"b"))

    assert lane.sink.got == []
    lane.clock.now_s += 0.5
    lane.move()
    assert lane.sink.got == [b"a", b"b"]


def test_two_holders_must_both_let_go(lane):
    lane.hold("one")
    lane.hold("two")
    lane.put(memoryview(b"a"))

    lane.release("one")
    assert (lane.move(), lane.sink.got) == (None, [])

    lane.release("two")
    lane.move()
    assert lane.sink.got == [b"a"]


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=1, max_size=30))
def test_jitter_never_changes_the_order(steps):
    clock, sink = Clock(), Sink()
    lane, delays = Lane(sink, clock), iter([delay for delay, _ in steps])
    lane.slow("rule", lambda: next(delays))

    for number, (_, pause) in enumerate(steps):
        lane.put(memoryview(bytes([number])))
        clock.now_s += pause
        lane.move()
    clock.now_s += 2
    lane.move()

    assert sink.got == [bytes([n]) for n in range(len(steps))]
    assert lane.queued_bytes == 0


def exchange(number):
    return Exchange(0, 10, number, 0.0)


@given(st.data())
def test_answers_leave_in_the_order_of_the_questions(data):
    """Broker's answers come in order, ours at any time: together they leave in order."""
    count = data.draw(st.integers(1, 12))
    ours = data.draw(st.sets(st.integers(0, count - 1)))
    asked, left = Exchanges(), []
    all_of = [exchange(n) for n in range(count)]
    for one in all_of:
        asked.expect(one)
        one.withheld = one.correlation_id in ours
    brokers = [n for n in range(count) if n not in ours]
    mine = data.draw(st.permutations(sorted(ours)))
    moments = data.draw(st.permutations([True] * len(brokers) + [False] * len(mine)))

    queue = {True: iter(brokers), False: iter(mine)}
    for is_brokers in moments:
        number = next(queue[is_brokers])
        one = asked.next(number) if is_brokers else all_of[number]
        one.heard = is_brokers
        asked.say(one, memoryview(b"%d" % number), complete=True)
        left += [done.correlation_id for _, done in asked.ready()]

    assert left == list(range(count))
    assert (len(asked), asked.held_bytes) == (0, 0)


def test_an_answer_in_pieces_lets_nobody_in_between():
    asked = Exchanges()
    first, second = exchange(1), exchange(2)
    asked.expect(first)
    asked.expect(second)
    second.withheld = True

    asked.say(first, memoryview(b"be"), complete=False)
    assert [bytes(data) for data, _ in asked.ready()] == [b"be"]
    asked.say(second, memoryview(b"ours"), complete=True)
    assert list(asked.ready()) == []
    asked.say(first, memoryview(b"gin"), complete=True)

    assert [(bytes(data), done) for data, done in asked.ready()] == [
        (b"gin", first),
        (b"ours", second),
    ]


def test_a_broker_that_answers_a_withheld_request_is_not_believed():
    asked = Exchanges()
    first = exchange(1)
    asked.expect(first)
    first.withheld = True

    with pytest.raises(UndecodableError, match="not next"):
        asked.next(1)
