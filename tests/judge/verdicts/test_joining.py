"""What the tap saw answered, joined with what the logs hold."""

from __future__ import annotations

from histories.words import (
    acknowledged,
    crc_of,
    handed,
    history,
    on_partition,
    stored,
    turned_away,
    unanswered,
)
from judge.acknowledgements import acknowledgements
from judge.indexing import index_history


def joined(*parts):
    return acknowledgements(index_history(history(handed("o1", "o2", "o3"), *parts)))


def test_it_joins_by_offset_and_crc():
    found = joined(acknowledged("o1", "o2", offset=3), stored("o1", "o2", offset=3))

    assert set(found.by_id) == {"o1", "o2"}
    assert found.acknowledged_unstored == []


def test_it_takes_the_earliest_acknowledgement_of_an_order():
    found = joined(
        acknowledged("o1", offset=3, at=500),
        acknowledged("o1", offset=0, at=200),
        stored("o1", offset=0),
        stored("o1", offset=3),
    )

    assert found.by_id["o1"].t_ms == 200


def test_it_does_not_join_a_batch_with_another_at_its_offset():
    found = joined(
        acknowledged("o1", offset=3),
        acknowledged("o3", offset=4),
        stored("o2", offset=3),
        stored("o3", offset=4),
    )

    assert set(found.by_id) == {"o3"}
    assert [op.offset for op in found.acknowledged_unstored] == [3]


def test_it_joins_by_offset_count_and_broker_where_no_crc_is_ever_found_again():
    found = joined(
        acknowledged("o1", by=2, offset=3, crc=1),
        stored("o1", on=[2], offset=3, crc=71, epoch=4),
        stored("o2", on=[1, 3], offset=3, crc=72, epoch=5),
        stored("o3", "o3", on=[2], offset=3, crc=73, epoch=6),
    )

    assert set(found.by_id) == {"o1"}


def test_it_finds_an_unanswered_batch_by_its_crc_wherever_it_was_stored():
    found = joined(unanswered("o1"), stored("o1", offset=9))

    assert [op.type for op in found.by_batch[0, 9, crc_of(["o1"])]] == ["info"]
    assert found.by_id == {}
    assert found.doubtful_unstored == []


def test_it_counts_a_batch_that_was_refused_twice_once():
    found = joined(turned_away("o1", at=120), turned_away("o1", at=300), turned_away("o2", at=310))

    assert [op.t_ms for op in found.doubtful_unstored] == [120, 310]


def test_it_does_not_doubt_a_batch_that_was_acknowledged_later():
    found = joined(unanswered("o1", at=120), acknowledged("o1", offset=5, at=300))

    assert found.doubtful_unstored == []
    assert [op.t_ms for op in found.acknowledged_unstored] == [300]


def test_it_takes_one_batch_on_two_partitions_for_two():
    no = turned_away("o1", at=120)

    assert len(joined(no, on_partition(1, no)).doubtful_unstored) == 2
