"""On a handful of operations, order and processing agree with going through all pairs."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from histories import words
from histories.consuming import broke, committed, processed
from histories.profiles import many
from judge.checkers import duplicates, reordering, reprocessed, unseen
from judge.indexing import index_history

IDS = ("a", "b", "c", "d")
TIMES = st.sampled_from((100, 101, 102))
PLACE = st.tuples(st.integers(0, 1), st.integers(0, 3))

ORDERS = st.fixed_dictionaries(
    {i: st.tuples(TIMES, st.sampled_from(("k", "l")), st.lists(PLACE, max_size=1)) for i in IDS}
)
"""Four orders: when they were handed, under which key, and where they can be read."""

DEEDS = st.lists(
    st.one_of(
        st.builds(lambda i, t, by: ("processed", i, t, by), st.sampled_from(IDS),
                  st.integers(10, 40), st.sampled_from(("one", "two"))),
        st.builds(lambda t, by: ("broke", t, by), st.integers(10, 40),
                  st.sampled_from(("one", "two"))),
        st.builds(lambda t, end: ("committed", t, end), st.integers(10, 40), st.integers(0, 4)),
    ),
    max_size=4,
)  # fmt: skip
"""Up to four things that a program did; with four records that is eight operations."""


def shown(result):
    return {e.id for anomaly in result.anomalies for e in anomaly.evidence}


def history_of(orders):
    ops = []
    for order_id, (at, key, places) in orders.items():
        ops += words.handed(order_id, at=at, key=key)
        for partition, offset in places:
            ops += words.on_partition(partition, words.read(order_id, offset=offset))
    return ops


@many(1500)
@given(ORDERS, st.sampled_from(("key", "partition")))
def test_it_agrees_on_what_is_out_of_order(orders, per):
    rows = [(at, (key if per == "key" else place[0]), place, order_id)
            for order_id, (at, key, places) in orders.items() for place in places]  # fmt: skip
    wrong = set()
    for at, group, place, order_id in rows:
        first = min((row[0], row[2], row[3]) for row in rows if row[1] == group)
        passed = any(
            other[1] == group and other[2][0] == place[0] and other[0] > at and other[2] < place
            for other in rows
        )
        if passed or place[0] != first[1][0]:
            wrong.add(order_id)
    several = any(one[1] == other[1] and one[3] != other[3] for one in rows for other in rows)

    result = reordering.check(index_history(words.history(history_of(orders))), per=per)

    assert shown(result) == wrong
    assert result.kept is ((not wrong) if several else None)


@many(500)
@given(st.lists(st.tuples(st.sampled_from(IDS), PLACE), max_size=8))
def test_it_agrees_on_what_is_there_twice(reads):
    ops = [op for i, (partition, offset) in reads
           for op in words.on_partition(partition, words.read(i, offset=offset))]  # fmt: skip
    twice = {i for i in IDS if len({place for read, place in reads if read == i}) > 1}

    result = duplicates.check(index_history(words.history(words.handed(*IDS), ops)))

    assert shown(result) == twice


def play(deeds):
    """Four records at offsets 0 to 3, and what the program did, a tenth of a second apart."""
    ops = [*words.handed_in_turn(*IDS), *words.read(*IDS)]
    for name, *rest in deeds:
        if name == "processed":
            ops += processed(rest[0], at=rest[1] * 100, by=rest[2])
        elif name == "broke":
            ops += broke(at=rest[0] * 100, by=rest[1])
        else:
            ops += committed(rest[1], at=rest[0] * 100)
    return index_history(words.history(ops))


def first_done(deeds, offset):
    done = [(t * 100, by) for name, *rest in deeds if name == "processed"
            for i, t, by in [rest] if i == IDS[offset]]  # fmt: skip
    return min(done, default=None)


def why_unseen(deeds, offset):
    """The cause by its words: a commit beyond, a break after it, and nobody beyond before."""
    beyond = [done for o in range(offset + 1, 4) if (done := first_done(deeds, o))]
    below = [done for o in range(offset) if (done := first_done(deeds, o))]
    passed = min(beyond, default=None, key=lambda done: done[0])
    passers = {by for t, by in beyond if passed and t == passed[0]}
    until = passed[0] + 1000 if passed else float("inf")
    commits = sorted(rest[0] * 100 for name, *rest in deeds
                     if name == "committed" and rest[1] > offset)  # fmt: skip
    owner = below[-1][1] if below else None
    if commits and commits[0] <= until:
        breaks = [rest for name, *rest in deeds if name == "broke"]
        broken = any(
            commits[0] <= t * 100 <= until and owner in (None, by) for t, by in breaks
        )
        moved = passed and below and owner not in passers and commits[0] <= passed[0]
        if broken or not passed or moved:
            return "committed-before-processing"
    return "skipped" if passed else "never-reached"


@many(1500)
@given(DEEDS)
def test_it_agrees_on_what_was_never_processed_and_why(deeds):
    left = [o for o in range(4) if not first_done(deeds, o)]
    # Two deeds of one moment have no first: nobody could say whose they were.
    moments = [rest[1] for name, *rest in deeds if name == "processed"]
    if len(set(moments)) < len(moments):
        return

    result = unseen.check(play(deeds))

    if len(left) == 4:
        assert result.kept is None
    else:
        causes = {e.id: a.cause for a in result.anomalies for e in a.evidence}
        assert causes == {IDS[o]: why_unseen(deeds, o) for o in left}
        assert result.kept is not bool(left)


@many(500)
@given(DEEDS)
def test_it_agrees_on_what_was_processed_again(deeds):
    done = [rest[0] for name, *rest in deeds if name == "processed"]

    result = reprocessed.check(play(deeds))

    assert shown(result) == {i for i in IDS if done.count(i) > 1}
    assert result.kept is (None if not done else len(set(done)) == len(done))
