"""Inconsistent offsets: one place, two values, by whoever can tell."""

from __future__ import annotations

from dataclasses import replace

import pytest

from histories.told import causes
from histories.words import (
    TOPIC,
    acknowledged,
    handed,
    history,
    killed,
    led_by,
    on_partition,
    read,
    stored,
    unanswered,
)
from judge.checkers import inconsistent_offsets
from judge.history import Op
from judge.indexing import index_history

SYNC = led_by(1, [1, 3], at=3000)


def check(*parts, promises=("inconsistent_offsets",), **terms):
    ops = history(*parts, promises=promises, **terms)
    return inconsistent_offsets.check(index_history(ops))


def test_it_keeps_the_promise_when_all_agree():
    result = check(
        SYNC, handed("o1", "o2"), acknowledged("o1", "o2"), stored("o1", "o2"), read("o1", "o2")
    )

    assert (result.kept, result.summary) == (True, "every offset has one value for all")


def test_it_finds_an_acknowledged_offset_that_is_read_as_another_order():
    result = check(
        SYNC,
        handed("o1", "o2"),
        acknowledged("o1", by=2, at=600),
        stored("o1", on=[2], epoch=3),
        killed(2),
        stored("o2", on=[1, 3], epoch=4),
        read("o2"),
    )

    assert causes(result) == {("inconsistent-offset", "acknowledged-then-overwritten"): 1}
    (evidence,) = result.anomalies[0].evidence
    assert evidence.what == (
        "partition 0, offset 0, was acknowledged by broker 2 at 0.600 s as order o1; "
        "the reader found order o2 there"
    )
    assert (evidence.id, evidence.broker, evidence.t_ms) == ("o1", 2, 600)
    assert result.summary == "1 offset with two values"


def test_it_does_not_mind_an_overwritten_offset_that_nobody_acknowledged():
    result = check(
        SYNC,
        handed("o1", "o2"),
        unanswered("o1", by=2),
        stored("o1", on=[2], epoch=3),
        killed(2),
        stored("o2", on=[1, 3], epoch=4),
        read("o2"),
    )

    assert result.kept is True


def test_it_does_not_mind_an_acknowledged_offset_that_nobody_can_read():
    result = check(
        SYNC, handed("o1"), acknowledged("o1", by=2), stored("o1", on=[2]), killed(2), read(end=0)
    )

    assert result.kept is None
    assert result.summary == "the topic holds nothing"


def test_it_finds_replicas_in_sync_that_differ():
    result = check(
        SYNC,
        handed("o1", "o2"),
        stored("o1", "o2", on=[1]),
        stored("o2", on=[3], offset=1),
        read("o1", "o2"),
    )

    assert causes(result) == {("inconsistent-offset", "replicas-differ"): 1}
    assert result.anomalies[0].evidence[0].what == (
        "partition 0, offset 1, is in one batch on broker 1 and in another on broker 3"
    )


def test_it_does_not_mind_a_replica_that_is_out_of_sync_or_dead():
    apart = [*stored("o1", on=[1, 3]), *stored("o2", on=[2])]

    assert check(SYNC, handed("o1", "o2"), apart, read("o1")).kept is True
    assert check(led_by(1, [1, 2, 3]), handed("o1"), apart, killed(2), read("o1")).kept is True


def test_it_does_not_mind_replicas_that_clean_their_logs_at_different_times():
    apart = [*stored("o1", "o2", on=[1]), *stored("o2", on=[3], offset=1), *read("o1", "o2")]
    shown = [Op(1, "metadata", "info", "config", topic=TOPIC, detail={"cleanup.policy": "compact"})]
    compacted = {"topic": {"cleanup.policy": "compact,delete"}}

    assert check(SYNC, handed("o1", "o2"), apart, settings=compacted).kept is True
    assert check(SYNC, handed("o1", "o2"), apart, shown).kept is True


def test_it_does_not_mind_what_is_above_the_end_that_can_be_read():
    apart = [*stored("o2", on=[1], offset=1), *stored("o3", on=[3], offset=1)]

    assert check(SYNC, handed("o1"), stored("o1"), apart, read("o1")).kept is True


def test_it_takes_batches_side_by_side_for_no_split():
    side = [*stored("o1"), *stored("o2", offset=1), *on_partition(1, stored("o3"), read("o3"))]

    result = check(
        SYNC, on_partition(1, SYNC), handed("o1", "o2", "o3"), side, read("o1", "o2")
    )

    assert result.kept is True


def test_it_finds_an_offset_that_was_read_as_two_orders():
    result = check(SYNC, handed("o1", "o2", "o3"), read("o1", "o3"), read("o2", at=8950))

    assert causes(result) == {("inconsistent-offset", "read-differently"): 1}
    assert result.anomalies[0].evidence[0].what == "partition 0, offset 0, was read as o1 and as o2"


def test_it_takes_an_order_at_two_offsets_for_a_duplicate_only():
    assert check(SYNC, handed("o1"), read("o1", "o1")).kept is True


def test_it_says_nothing_where_the_lab_does_not_ask():
    assert check(handed("o1", "o2"), read("o1"), read("o2"), promises=()).kept is None


def test_it_cannot_tell_when_the_topic_was_not_read_back():
    result = check(SYNC, handed("o1"), stored("o1"))

    assert (result.kept, result.summary) == (None, "the topic was not read back")


def overwritten(order_id, at, offset=0):
    """An order that one broker acknowledged and stored alone, and that is read as another."""
    return [
        *handed(order_id, f"new-{order_id}"),
        *acknowledged(order_id, by=2, at=at, offset=offset),
        *stored(order_id, on=[2], offset=offset, epoch=3),
        *stored(f"new-{order_id}", on=[1, 3], offset=offset, epoch=4),
        *read(f"new-{order_id}", offset=offset),
    ]


@pytest.mark.parametrize(("earlier", "later"), [(600, 700), (0, 0.5)])
def test_it_lists_first_what_was_acknowledged_first(earlier, later):
    result = check(SYNC, overwritten("o1", at=later), overwritten("o2", at=earlier, offset=1),
                   killed(2))  # fmt: skip

    assert [row.id for row in result.anomalies[0].evidence] == ["o2", "o1"]


def test_it_finds_an_overwritten_offset_of_another_partition():
    result = check(on_partition(1, SYNC, overwritten("o1", at=600)), killed(2))

    assert causes(result) == {("inconsistent-offset", "acknowledged-then-overwritten"): 1}
    assert result.anomalies[0].evidence[0].partition == 1


APART = [
    *handed("o1", "o2"),
    *stored("o1", "o2", on=[1]),
    *stored("o2", on=[3], offset=1),
    *read("o1", "o2"),
]


def test_it_cannot_compare_replicas_of_which_metadata_shows_none_in_sync():
    assert check(APART).kept is True


def test_it_finds_replicas_that_differ_whoever_else_holds_a_batch():
    out_of_sync = stored("o1", "o2", on=[2])

    assert causes(check(SYNC, APART, out_of_sync)) == {
        ("inconsistent-offset", "replicas-differ"): 1
    }


def test_it_compares_replicas_of_a_topic_whose_settings_nobody_tells():
    silent = [Op(1, "metadata", "info", "config", topic=TOPIC)]

    assert check(SYNC, APART, silent, settings={}).kept is False


def test_it_takes_a_batch_that_does_not_tell_its_size_for_one_record():
    unsized = [replace(op, count=None) for op in stored("o1")]

    assert check(SYNC, handed("o1", "o2"), unsized, stored("o2", offset=1), read("o1", "o2")).kept
