"""On histories small enough to try everything, the judge agrees with trying everything."""

from __future__ import annotations

from collections import Counter
from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from histories import words
from histories.profiles import many
from judge.allotment import HANDED_LATE_MS
from judge.fates import fates
from judge.indexing import index_history

IDS = ("a", "b", "c")
BATCHES = (("a",), ("b",), ("c",), ("a", "b"), ("b", "c"))
TIMES = st.sampled_from((50, 100, 1000, 2000))

BATCH = st.sampled_from(BATCHES)
OFFSET = st.integers(0, 1)

OTHERS = st.one_of(
    st.builds(lambda i, t: words.accepted(i, at=t), st.sampled_from(IDS), TIMES),
    st.builds(lambda i, t: words.refused(i, at=t), st.sampled_from(IDS), TIMES),
    st.builds(
        lambda ids, acks, offset, t: words.acknowledged(*ids, acks=acks, offset=offset, at=t),
        BATCH,
        st.sampled_from((1, -1)),
        OFFSET,
        TIMES,
    ),
    st.builds(lambda ids, t: words.turned_away(*ids, at=t), BATCH, TIMES),
    st.builds(
        lambda ids, acks, t: words.unanswered(*ids, acks=acks, at=t),
        BATCH,
        st.sampled_from((0, 1, -1)),
        TIMES,
    ),
    st.builds(
        lambda ids, on, offset: words.stored(*ids, on=on, offset=offset),
        BATCH,
        st.sampled_from(((2,), (1, 3), (1, 2, 3))),
        OFFSET,
    ),
    st.builds(lambda ids, offset: words.read(*ids, offset=offset), BATCH, OFFSET),
    st.builds(lambda end: words.read(end=end), OFFSET),
)
HISTORIES = st.builds(
    lambda first, second, claims, others: [
        words.handed("a", at=first),
        words.handed("b", at=second),
        *(words.accepted(i, at=t) for i, t in claims),
        *others,
    ],
    TIMES,
    TIMES,
    st.lists(st.tuples(st.sampled_from(IDS), TIMES), max_size=2),
    st.lists(OTHERS, max_size=4),
)
"""Two orders handed, up to two claims, and up to four other operations: eight at most."""


class Tried:
    """The same questions, answered by going through all operations for every one of them."""

    def __init__(self, ops):
        self.ops = ops

    def some(self, source, f, kind=None):
        return [
            op for op in self.ops if (op.source, op.f) == (source, f) and kind in (None, op.type)
        ]

    def said(self, order_id, kind):
        return [op.t_ms for op in self.some("program", "send", kind) if op.id == order_id]

    def handed(self, order_id):
        return [op.t_ms for op in self.some("ledger", "send") if op.id == order_id]

    def listed(self, offset, crc):
        """The ids of the batch with this offset and CRC, as any copy lists them."""
        return [
            order_id
            for op in self.some("log", "stored")
            if (op.offset, op.crc) == (offset, crc)
            for order_id in op.ids or ()
        ]

    def exact(self):
        return any(self.listed(op.offset, op.crc) for op in self.some("tap", "append", "ok"))

    def holds(self, op):
        """The ids that an acknowledged batch stored, as far as any log shows."""
        if self.exact():
            return self.listed(op.offset, op.crc)
        return [
            order_id
            for copy in self.some("log", "stored")
            if (copy.offset, copy.count, copy.broker) == (op.offset, op.count, op.broker)
            for order_id in self.listed(copy.offset, copy.crc)
        ]

    def acknowledged(self, order_id):
        return [op for op in self.some("tap", "append", "ok") if order_id in self.holds(op)]

    def reads(self):
        return {
            (order_id, offset)
            for op in self.some("reader", "read")
            for order_id, offset in zip(op.ids, op.detail["offsets"], strict=True)
        }

    def places(self, order_id):
        """Offset of the order on each broker that stores it."""
        return {
            (op.broker, op.offset + self.listed(op.offset, op.crc).index(order_id) % op.count)
            for op in self.some("log", "stored")
            if order_id in self.listed(op.offset, op.crc)
        }

    def end(self):
        return max(op.offset for op in self.some("reader", "read_end"))

    def state(self, order_id):
        """lost, kept, hidden or unexplained; None when nobody vouched for it."""
        vouched = self.said(order_id, "ok") or (
            self.acknowledged(order_id) and not self.said(order_id, "fail")
        )
        if not self.handed(order_id) or not vouched:
            return None
        if any(order_id == read for read, _ in self.reads()):
            return "kept"
        taken = {offset for _, offset in self.reads()}
        live = {offset for broker, offset in self.places(order_id) if broker != 2} - taken
        if not live:
            return "lost"
        return "unexplained" if min(live) < self.end() else "hidden"

    def nowhere(self):
        """Lost orders that no log shows, and the batches that no log shows."""
        ids = [i for i in IDS if self.state(i) == "lost" and not self.places(i)]
        yes, doubt = {}, {}
        for op in sorted(self.some("tap", "append"), key=lambda op: op.t_ms):
            if op.type == "ok":
                if not self.holds(op):
                    yes.setdefault((op.offset, op.crc), op)
            elif not any(copy.crc == op.crc for copy in self.some("log", "stored")):
                doubt.setdefault(op.crc, op)
        known = {crc for _, crc in yes}
        return ids, list(yes.values()), [op for crc, op in doubt.items() if crc not in known]

    def causes(self):
        """Lost orders by kind of cause: a broker had said yes, it had not, or nothing was sent."""
        found = Counter()
        for order_id in IDS:
            if self.state(order_id) == "lost" and self.places(order_id):
                found["yes" if self.acknowledged(order_id) else "doubt"] += 1
        ids, yes, doubt = self.nowhere()
        best = max(
            (self.fill(order, yes, doubt) for order in permutations(ids)),
            default=(0, 0),
        )
        found["yes"] += best[0]
        found["doubt"] += best[1]
        found["never"] += len(ids) - sum(best)
        return +found

    def fill(self, order, yes, doubt):
        """Put orders into batches one by one; acknowledged batches are asked first."""
        rooms = [("yes", op) for op in yes] + [("doubt", op) for op in doubt]
        used, got = Counter(), Counter()
        for order_id in order:
            born = min(self.handed(order_id) + self.said(order_id, "ok"))
            for number, (kind, op) in enumerate(rooms):
                fits = born <= op.detail["sent_ms"] + HANDED_LATE_MS
                if fits and used[number] < op.count:
                    used[number] += 1
                    got[kind] += 1
                    break
        return got["yes"], got["doubt"]


KINDS = {
    "acknowledged-by-leader-only": "yes",
    "acknowledged-by-short-isr": "yes",
    "acknowledged-then-gone": "yes",
    "accepted-without-acknowledgement": "doubt",
    "never-sent": "never",
}


def history_of(parts):
    return words.history(words.killed(2), words.read(end=0), *parts)


@many(1000)
@given(HISTORIES)
def test_it_agrees_on_what_became_of_every_order(parts):
    ops = history_of(parts)
    tried, became = Tried(ops), fates(index_history(ops))

    assert {loss.id for loss in became.lost} == {i for i in IDS if tried.state(i) == "lost"}
    assert set(became.hidden) == {i for i in IDS if tried.state(i) == "hidden"}
    assert set(became.unexplained) == {i for i in IDS if tried.state(i) == "unexplained"}


@many(1000)
@given(HISTORIES)
def test_it_agrees_on_who_had_vouched_for_what_is_lost(parts):
    ops = history_of(parts)

    found = Counter(KINDS[loss.cause] for loss in fates(index_history(ops)).lost)

    assert found == Tried(ops).causes()


@many(500)
@given(HISTORIES)
def test_it_agrees_on_what_is_there_twice(parts):
    ops = history_of(parts)
    places = {(i, offset) for i, offset in Tried(ops).reads()}
    twice = {i for i in IDS if len([1 for read, _ in places if read == i]) > 1}

    assert set(index_history(ops).read_again) == twice
