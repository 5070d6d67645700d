"""Whatever is planted into a clean run is found, counted and named rightly, and nothing else is."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from histories import words
from histories.clean import CONSUMING, SENDING
from histories.consuming import broke, committed, paused, processed
from histories.profiles import many
from judge.checkers import CHECKERS
from judge.indexing import index_history

SIZE = st.integers(1, 3)


def found(run):
    """(anomaly, cause) -> count, over every checker."""
    history = index_history(run.history())
    options = history.terms.options
    results = [check(history, **options.get(name, {})) for name, check in CHECKERS.items()]
    return {(a.name, a.cause): a.count for each in results for a in each.anomalies}


def hand(run, *ids, key="planted"):
    for order_id in ids:
        run.ops += words.handed(order_id, at=run.tick(1), key=key)
    return list(ids)


def sent(run, ids, partition=0):
    """These are sent, stored, acknowledged and accepted, as they should be."""
    at = run.tick()
    offset = run.store(ids, partition)
    run.place(partition, words.acknowledged(*ids, by=3, offset=offset, at=run.tick(), sent=at))
    run.ops += words.accepted(*ids, at=run.tick())


@many(100)
@given(SENDING, SIZE, st.booleans(), st.booleans())
def test_a_retry_past_a_later_batch(run, size, heard, packed_anew):
    first = hand(run, *(f"a{n}" for n in range(size)))
    later = hand(run, "b")
    failed = words.turned_away if heard else words.unanswered
    crc = 99 if packed_anew else None
    at = run.tick()
    run.place(0, failed(*first, by=3, at=run.tick(), sent=at, crc=crc))
    sent(run, later)
    sent(run, first)

    assert found(run) == {("reordering", "retried-past-a-later-batch"): size}


@many(100)
@given(SENDING, SIZE)
def test_orders_that_the_program_turned_round(run, size):
    first = hand(run, *(f"a{n}" for n in range(size)))
    later = hand(run, "b")
    # Refusals of the clean run must not be able to explain it.
    run.now_ms += 1000
    run.ops = [op for op in run.ops if not (op.source == "tap" and op.type != "ok")]
    sent(run, later)
    sent(run, first)

    assert found(run) == {("reordering", "sent-out-of-order"): size}


@many(100)
@given(SENDING, SIZE)
def test_a_batch_that_waited_on_the_way(run, size):
    first, later = hand(run, *(f"a{n}" for n in range(size))), hand(run, "b")
    at = run.tick()
    sent(run, later)
    offset = run.store(first, 0)
    run.place(0, words.acknowledged(*first, by=3, offset=offset, at=run.tick(), sent=at))
    run.ops += words.accepted(*first, at=run.tick())

    assert found(run) == {("reordering", "overtaken-on-the-way"): size}


@many(100)
@given(SENDING, SIZE)
def test_a_key_on_two_partitions(run, size):
    run.ends.setdefault(1, 0)
    sent(run, hand(run, "first"), 0)
    sent(run, hand(run, *(f"a{n}" for n in range(size))), 1)

    assert found(run) == {("reordering", "key-on-two-partitions"): size}


@many(100)
@given(SENDING, SIZE)
def test_a_retry_that_nobody_could_tell_apart(run, size):
    ids = hand(run, *(f"a{n}" for n in range(size)))
    at = run.tick()
    run.store(ids, 0)
    run.place(0, words.unanswered(*ids, by=3, at=run.tick(), sent=at))
    sent(run, ids)

    assert found(run) == {("duplicate", "retried-after-lost-response"): size}


@many(100)
@given(SENDING, SIZE)
def test_an_order_sent_twice(run, size):
    ids = hand(run, *(f"a{n}" for n in range(size)))
    sent(run, ids)
    sent(run, ids)

    assert found(run) == {("duplicate", "sent-twice"): size}


@many(100)
@given(SENDING, SIZE)
def test_an_order_that_nobody_handed_out(run, size):
    run.store([f"x{n}" for n in range(size)], 0)

    assert found(run) == {("phantom", "never-handed-out"): size}


@many(100)
@given(SENDING, SIZE)
def test_an_acknowledged_offset_that_was_overwritten(run, size):
    lost = hand(run, *(f"a{n}" for n in range(size)))
    offset = run.ends.get(0, 0)
    run.place(0, words.acknowledged(*lost, acks=1, by=2, offset=offset, at=run.tick()))
    run.place(0, words.stored(*lost, on=(2,), offset=offset, epoch=4))
    run.ops += words.accepted(*lost, at=run.tick())
    sent(run, hand(run, *(f"b{n}" for n in range(size))))

    assert found(run) == {
        ("lost-write", "acknowledged-by-leader-only"): size,
        ("inconsistent-offset", "acknowledged-then-overwritten"): size,
    }


@many(100)
@given(SENDING)
def test_replicas_that_differ(run):
    ids, offset = hand(run, "a"), run.ends.get(0, 0)
    sent(run, ids)
    run.ops = [
        replace(op, crc=1, ids=[]) if (op.f, op.offset, op.broker) == ("stored", offset, 3)
        and not op.partition else op
        for op in run.ops
    ]  # fmt: skip

    assert found(run) == {("inconsistent-offset", "replicas-differ"): 1}


def topped_up(run, size):
    """So many records more at the end of partition 0, all of the others being done."""
    ids = hand(run, *(f"a{n}" for n in range(size)))
    run.store(ids, 0)
    run.now_ms += 2000
    return ids


@many(100)
@given(CONSUMING, SIZE, st.booleans())
def test_a_commit_before_the_processing(run, size, goes_on):
    topped_up(run, size)
    run.ops += committed(run.ends[0], at=run.tick())
    run.ops += broke(at=run.tick(), by="one") + broke(at=run.tick(), by="two")
    if goes_on:
        last = hand(run, "z")
        run.store(last, 0)
        run.ops += processed("z", at=run.tick(2000), by="one")

    named = found(run)
    assert named["unseen", "committed-before-processing"] == size
    # The commit itself is found by its own check, by whichever cause that can prove.
    assert sorted(anomaly for anomaly, _ in named) == ["commit-ahead", "unseen"]


@many(100)
@given(CONSUMING, SIZE)
def test_records_that_were_skipped(run, size):
    topped_up(run, size)
    last = hand(run, "z")
    run.store(last, 0)
    run.ops += processed("z", at=run.tick(), by="one")

    assert found(run) == {("unseen", "skipped"): size}


@many(100)
@given(CONSUMING, SIZE)
def test_records_that_were_never_reached(run, size):
    topped_up(run, size)

    assert found(run) == {("unseen", "never-reached"): size}


@many(100)
@given(CONSUMING, SIZE, st.sampled_from(("crash", "move", "pause", "none")))
def test_records_that_were_processed_again(run, size, between):
    ids = topped_up(run, size)
    run.ops += processed(*ids, at=run.tick(10), by="one")
    by = "two" if between == "move" else "one"
    if between == "crash":
        run.ops += broke(at=run.tick(10), by="one")
    if between == "pause":
        run.ops += paused(at=run.tick(10), by="one")
    run.ops += processed(*ids, at=run.tick(20), by=by)
    cause = {
        "crash": "crash-before-commit",
        "move": "moved-before-commit",
        "pause": "moved-before-commit",
        "none": "processed-twice",
    }[between]

    assert found(run) == {("duplicate-processing", cause): size}


@many(100)
@given(CONSUMING, SIZE)
def test_records_that_were_read_again_after_their_commit(run, size):
    ids = topped_up(run, size)
    run.ops += processed(*ids, at=run.tick(10), by="one")
    run.ops += committed(run.ends[0], at=run.tick(700))
    run.ops += broke(at=run.tick(), by="one")
    run.ops += processed(*ids, at=run.tick(500), by="one")

    assert found(run) == {("duplicate-processing", "read-again-after-commit"): size}
