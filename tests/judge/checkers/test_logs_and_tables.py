"""Log growth, balance and rebuilt tables: what a topic's partitions hold in the end."""

from __future__ import annotations

from dataclasses import replace

from histories.copying import put
from histories.told import causes
from histories.words import TOPIC, handed, history, on_partition, read
from judge.checkers import balance, log_growth, rebuilt_table
from judge.history import Op
from judge.indexing import index_history


def sized(size, segments, broker=1, at=9000):
    detail = {"segments": segments}
    return [
        Op(at, "log", "info", "segments", topic=TOPIC, partition=0, broker=broker, count=size,
           detail=detail)
    ]  # fmt: skip


def grown(*parts, **options):
    return log_growth.check(index_history(history(*parts)), **options)


def test_it_keeps_the_promise_within_the_bounds():
    result = grown(sized(900, 3), sized(1000, 4, broker=2), max_bytes=1000, max_segments=4)

    assert (result.kept, result.summary) == (True, "1,000 bytes in 4 segments at most")


def test_it_looks_at_the_end_and_not_at_the_way_there():
    assert grown(sized(9000, 9, at=500), sized(900, 1), max_bytes=1000).kept is True


def test_it_finds_a_log_that_is_too_large():
    result = grown(sized(900, 3), sized(1001, 4, broker=2), max_bytes=1000, max_segments=4)

    assert causes(result) == {("log-growth", "too-many-bytes"): 1}
    assert result.anomalies[0].evidence[0].what == (
        "orders-0 on broker 2 has 1,001 bytes in 4 segments at the end"
    )


def test_it_finds_a_log_of_too_many_segments():
    assert causes(grown(sized(10, 5), max_segments=4)) == {("log-growth", "too-many-segments"): 1}


def test_it_takes_no_notice_of_sizes_that_belong_to_no_log_of_the_topic():
    (large,) = sized(9000, 9)
    others = [replace(large, topic="else"), replace(large, broker=None), replace(large, count=None)]

    assert grown(sized(900, 3), others, max_bytes=1000, max_segments=4).kept is True
    assert grown(others, max_bytes=1000).kept is None


def test_it_judges_the_bytes_of_a_log_that_does_not_tell_its_segments():
    silent = [replace(op, detail=None) for op in sized(900, 3)]

    result = grown(silent, max_bytes=1000)

    assert (result.kept, result.figures) == (True, {"log_bytes": 900, "log_segments": 0})


def test_it_cannot_tell_a_size_that_nobody_looked_at():
    assert grown(max_bytes=1000).kept is None


def test_it_says_nothing_without_a_bound():
    assert (grown(sized(10**9, 5)).kept, grown(sized(10**9, 5)).anomalies) == (None, ())


def balanced(*counts, promises=("balance",), **options):
    parts = [
        on_partition(number, read(*(f"p{number}-{n}" for n in range(count))))
        for number, count in enumerate(counts)
    ]
    return balance.check(index_history(history(*parts, promises=promises)), **options)


def test_it_keeps_the_promise_when_every_partition_has_its_share():
    result = balanced(50, 60, 40)

    assert (result.kept, result.figures) == (True, {"fullest_to_mean": 1.2})


def test_it_finds_a_partition_that_got_far_more():
    result = balanced(100, 10, 10)

    assert causes(result) == {("imbalance", "skewed-partitions"): 1}
    assert result.anomalies[0].evidence[0].what == "partition 0 has 100 records; the mean is 40"


def test_it_counts_a_partition_that_got_nothing():
    assert balanced(60, 60, 0).figures["fullest_to_mean"] == 1.5
    assert balanced(60, 60, 0).kept is True
    assert balanced(60, 60, 0, max_ratio=1.4).kept is False


def test_it_cannot_tell_by_a_few_records_or_by_one_partition():
    assert balanced(50, 1).kept is None
    assert balanced(500).kept is None


def test_it_judges_from_a_hundred_records_in_two_partitions_on():
    assert balanced(60, 40).kept is True
    assert balanced(60, 39).kept is None


def test_it_counts_a_partition_that_just_reaches_the_limit_for_none_too_full():
    result = balanced(150, 160, 10, 80)

    assert causes(result) == {("imbalance", "skewed-partitions"): 1}


def test_it_says_nothing_of_balance_when_no_lab_asks():
    assert balanced(100, 10, 10, promises=()).anomalies == ()


def keyed(ops, key):
    return [replace(op, key=key) if op.source == "ledger" else op for op in ops]


def deleted(order_id, key, offset):
    ops = keyed(put(order_id, offset=offset), key)
    return [replace(op, detail={"delete": True}) if op.type == "ok" else op for op in ops]


def table(rows, tombstones=(), end=10):
    keys, ids, offsets = (list(column) for column in zip(*rows, strict=True)) if rows else ([],) * 3
    detail = {"offsets": offsets, "keys": keys, "tombstones": [list(row) for row in tombstones]}
    return [
        Op(8900, "reader", "ok", "read", topic=TOPIC, partition=0, ids=ids, detail=detail),
        Op(8900, "reader", "info", "read_end", topic=TOPIC, partition=0, offset=end),
    ]


def rebuilt(*parts, **options):
    return rebuilt_table.check(index_history(history(*parts)), **options)


PUTS = [
    *keyed(put("a1", offset=0), "anna"),
    *keyed(put("b1", offset=1), "bert"),
    *keyed(put("a2", offset=2), "anna"),
    *deleted("b2", "bert", 3),
]


def test_it_keeps_the_promise_when_the_table_has_the_last_values():
    result = rebuilt(PUTS, table([("anna", "a2", 2)], [("bert", 3)]))

    assert (result.kept, result.summary) == (True, "2 keys, each with its last value")


def test_it_takes_older_values_below_the_last_for_history():
    whole = [("anna", "a1", 0), ("bert", "b1", 1), ("anna", "a2", 2)]

    assert rebuilt(PUTS, table(whole, [("bert", 3)])).kept is True


def test_it_finds_a_value_that_is_not_the_last():
    result = rebuilt(PUTS, table([("anna", "a1", 0)], [("bert", 3)]))

    assert causes(result) == {("wrong-table", "stale-value"): 1}
    assert result.anomalies[0].evidence[0].what == (
        "key anna: last put was record a2, at partition 0, offset 2; "
        "the rebuilt table has record a1"
    )


def test_it_finds_a_key_that_is_gone():
    assert causes(rebuilt(PUTS, table([], [("bert", 3)]))) == {("wrong-table", "missing-key"): 1}


def test_it_finds_a_deleted_key_that_lives():
    result = rebuilt(PUTS, table([("bert", "b1", 1), ("anna", "a2", 2)]))

    assert causes(result) == {("wrong-table", "deleted-key-alive"): 1}


def test_it_asks_for_the_tombstone_to_go_only_where_the_lab_does():
    left = [*PUTS, *table([("anna", "a2", 2)], [("bert", 3)])]

    assert causes(rebuilt(left, tombstones_gone=True)) == {("wrong-table", "tombstone-left"): 1}
    assert rebuilt(PUTS, table([("anna", "a2", 2)]), tombstones_gone=True).kept is True


def test_it_does_not_judge_a_key_with_an_order_in_doubt():
    doubt = keyed(put("a3", told=False), "anna")

    assert rebuilt(PUTS, doubt, table([("anna", "a1", 0)], [("bert", 3)])).kept is True


def test_it_finds_that_only_tombstones_are_left():
    (stones, end) = table([], [("anna", 5), ("bert", 3)])
    only = replace(stones, detail={"tombstones": stones.detail["tombstones"]})

    assert causes(rebuilt(PUTS, [only, end])) == {("wrong-table", "missing-key"): 1}


def test_it_cannot_tell_a_table_without_keys():
    result = rebuilt(PUTS, read("o1"))

    assert (result.kept, result.summary) == (None, "the topic was not read with its keys")


def test_it_cannot_tell_a_table_into_which_nothing_was_put():
    result = rebuilt(handed("o1"), table([("anna", "a1", 0)]))

    assert (result.kept, result.summary) == (None, "no key is known to be in the table")
