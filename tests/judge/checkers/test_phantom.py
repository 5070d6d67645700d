"""Phantoms: records in the topic that nobody handed out, or not with that value."""

from __future__ import annotations

from dataclasses import replace

from histories.copying import read_committed
from histories.told import causes
from histories.words import handed, history, killed, on_partition, read, stored
from judge.checkers import phantom
from judge.indexing import index_history


def check(*parts, promises=("phantom",), **options):
    return phantom.check(index_history(history(*parts, promises=promises)), **options)


def altered(ops, *offsets):
    return [
        replace(op, detail={**op.detail, "altered": list(offsets)}) if op.f == "read" else op
        for op in ops
    ]


def test_it_keeps_the_promise_when_the_topic_holds_our_orders_only():
    result = check(handed("o1", "o2"), stored("o1", "o2"), read("o1", "o2"), foreign=True)

    assert (result.kept, result.summary) == (True, "2 records, each as it was handed out")
    assert result.figures == {"invented": 0, "altered": 0, "foreign": 0}


def test_it_finds_an_order_that_nobody_handed_out():
    result = check(handed("o1"), read("o1", "o9"))

    assert causes(result) == {("phantom", "never-handed-out"): 1}
    (evidence,) = result.anomalies[0].evidence
    assert evidence.what == (
        "record o9 at partition 0, offset 1: with an id that was never handed out"
    )
    assert (evidence.id, evidence.offset, evidence.t_ms) == ("o9", 1, 8900)
    assert result.summary == "1 record with an id that was never handed out"


def test_it_finds_an_order_with_another_value():
    result = check(handed("o1", "o2"), altered(read("o1", "o2"), 1))

    assert causes(result) == {("phantom", "altered"): 1}
    (evidence,) = result.anomalies[0].evidence
    assert evidence.what == "record at partition 0, offset 1: with another value than the order's"
    assert evidence.id is None


def test_it_finds_an_order_with_another_value_at_the_very_beginning():
    result = check(handed("o1", "o2"), altered(read("o1", "o2"), 0))

    assert [row.offset for row in result.anomalies[0].evidence] == [0]


def test_it_looks_for_values_where_somebody_read_at_another_isolation_as_well():
    silent = [replace(op, detail=None) for op in read("o1")]
    whole = [*handed("o1"), *silent, *read_committed("o1")]
    run = history(whole, promises=("phantom",), isolation="read_committed")

    assert phantom.check(index_history(run)).kept is True


def test_it_finds_records_that_are_no_orders_where_the_lab_asks_for_that():
    more = [replace(op, count=3) for op in stored("o1", "o2")]

    result = check(handed("o1", "o2"), more, read("o1", "o2"), foreign=True)

    assert causes(result) == {("phantom", "foreign-record"): 1}
    assert result.summary == "1 batch with records that are no orders"
    assert check(handed("o1", "o2"), more, read("o1", "o2")).kept is True


def test_it_points_at_a_foreign_batch_wherever_it_is():
    more = [replace(op, count=3) for op in stored("o1", offset=2, on=[1, 2])]

    result = check(handed("o1"), on_partition(1, more, read("o1", offset=2)), killed(2),
                   foreign=True)  # fmt: skip

    assert [(row.partition, row.offset) for row in result.anomalies[0].evidence] == [(1, 2)]


def test_it_takes_a_batch_that_tells_neither_size_nor_ids_for_nobodys():
    silent = [replace(op, count=None, ids=None) for op in stored("o2", offset=1)]

    assert check(handed("o1"), stored("o1"), silent, read("o1"), foreign=True).kept is True


def test_it_counts_batches_that_are_foreign():
    more = [replace(op, count=2) for n in (0, 2) for op in stored(f"o{n}", offset=n)]

    result = check(handed("o0", "o2"), more, read("o0", "o2"), foreign=True)

    assert result.summary == "2 batches with records that are no orders"


def test_it_ignores_a_foreign_record_that_died_with_its_broker():
    dead = [replace(op, count=3) for op in stored("o1", on=[2])]

    assert check(handed("o1"), dead, killed(2), read("o1"), foreign=True).kept is True


def test_it_says_nothing_where_the_lab_does_not_ask():
    assert check(handed("o1"), read("o9"), promises=()).kept is None


def test_it_cannot_tell_when_the_topic_was_not_read_back_or_is_empty():
    unread, empty = check(handed("o1")), check(handed("o1"), read(end=0))

    assert (unread.kept, unread.summary) == (None, "the topic was not read back")
    assert (empty.kept, empty.summary) == (None, "the topic holds nothing")


def test_it_shows_no_more_than_eight():
    result = check(read(*(f"o{n}" for n in range(20))))

    assert (result.anomalies[0].count, len(result.anomalies[0].evidence)) == (20, 8)
    assert result.summary == "20 records with an id that was never handed out"
