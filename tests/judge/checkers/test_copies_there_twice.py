"""Exactly-once copy: records that are there twice, altered, or hard to find a place for."""

from __future__ import annotations

from dataclasses import replace

import pytest

from histories.copying import (
    INPUT,
    committed,
    end_asked,
    in_force,
    marked,
    put,
    read_committed,
    written,
)
from histories.told import causes
from histories.words import acknowledged, history, log_ends, on_partition
from judge.checkers import exactly_once_copy
from judge.indexing import index_history


def check(*parts, **terms):
    usual = {"input_topic": INPUT, "isolation": "read_committed"}
    return exactly_once_copy.check(index_history(history(*parts, **(usual | terms))))


CLEAN = [
    *put("o1", "o2"),
    *written("o1", "o2", offset=0, pid=7),
    *committed(2, txn="copier-1"),
    *end_asked(7),
    *marked("commit", 7, offset=2),
    *in_force(2),
]


def test_it_blames_copies_outside_any_transaction_for_a_record_that_is_there_twice():
    result = check(
        put("o1"),
        written("o1", offset=0),
        written("o1", offset=1),
        read_committed("o1", "o1", end=2),
    )

    assert causes(result) == {("copy-doubled", "not-transactional"): 1}
    assert result.anomalies[0].evidence[0].what == (
        "input record o1 has 2 copies in the output, at 0/0, 0/1"
    )


def test_it_blames_a_producer_that_is_idempotent_and_not_transactional():
    result = check(
        put("o1"),
        written("o1", offset=0, pid=7, txn=False),
        written("o1", offset=1, pid=8, txn=False),
        read_committed("o1", "o1", end=2),
    )

    assert causes(result) == {("copy-doubled", "not-transactional"): 1}


TWO_TRANSACTIONS = [
    *put("o1"),
    *written("o1", offset=0, pid=7),
    *marked("commit", 7, offset=1),
    *written("o1", offset=2, pid=8),
    *marked("commit", 8, offset=3),
    *read_committed("o1", offset=0),
    *read_committed("o1", offset=2, end=4),
]


def test_it_blames_offsets_outside_for_a_record_copied_by_two_transactions():
    result = check(TWO_TRANSACTIONS, committed(1))

    assert causes(result) == {("copy-doubled", "offsets-outside-the-transaction"): 1}


def test_it_blames_the_program_when_its_offsets_were_in_the_transaction():
    result = check(TWO_TRANSACTIONS, committed(1, txn="copier-1"))

    assert causes(result) == {("copy-doubled", "written-twice"): 1}


def test_it_blames_the_program_for_two_copies_in_one_batch():
    result = check(
        put("o1"),
        written("o1", "o1", offset=0, pid=7),
        marked("commit", 7, offset=2),
        read_committed("o1", "o1", end=3),
    )

    assert causes(result) == {("copy-doubled", "written-twice"): 1}


def test_it_finds_a_copy_with_another_value():
    result = check(CLEAN, read_committed("o1", "o2", end=3, altered=[1]))

    assert causes(result) == {("copy-altered", "other-value"): 1}
    assert result.anomalies[0].evidence[0].offset == 1


@pytest.mark.parametrize("crc", [1, 2**32 - 1])
def test_it_tells_apart_what_two_logs_hold_at_one_offset(crc):
    result = check(
        put("o1"),
        written("o1", offset=0, on=[2], crc=crc),
        written("o1", "x1", offset=0, on=[1, 3], pid=7),
        marked("commit", 7, offset=2),
        written("o1", offset=3, pid=7),
        marked("commit", 7, offset=4),
        committed(1, txn="copier-1"),
        log_ends(dead=[2], b1=5, b2=1, b3=5),
        read_committed("o1", "x1", offset=0),
        read_committed("o1", offset=3, end=5),
    )

    # The batch of broker 2 was in no transaction; it is not the one that was read.
    assert causes(result) == {("copy-doubled", "written-twice"): 1}


def test_it_places_a_copy_among_records_that_are_not_ours():
    foreign = [replace(op, count=3) for op in written("o1", offset=0)]

    result = check(
        put("o1"), foreign, written("o1", offset=5), read_committed("o1", offset=2),
        read_committed("o1", offset=5, end=6),
    )  # fmt: skip

    assert causes(result) == {("copy-doubled", "not-transactional"): 1}
    assert result.anomalies[0].evidence[0].detail["transactions"] == ["", ""]


def test_it_cannot_tell_the_exact_place_of_a_copy_among_records_that_are_not_ours():
    foreign = [replace(op, count=3) for op in written("o1", offset=0)]

    assert check(put("o1"), foreign, read_committed("x1", end=3)).kept is None


def test_it_finds_a_copy_gone_whose_place_another_took():
    other = [*put("o1"), *written("o1", offset=0), *read_committed("x1", end=1)]

    assert causes(check(other)) == {("copy-lost", "written-then-gone"): 1}
    assert causes(check(on_partition(3, other))) == {("copy-lost", "written-then-gone"): 1}


def test_it_lists_first_what_was_sent_first():
    result = check(
        put("o1", "o2"),
        [op for n, i in enumerate(("o2", "o1", "o1", "o2")) for op in (
            *written(i, offset=n), *acknowledged(i, offset=n, at=500 - n * 10),
        )],
        read_committed("o2", "o1", "o1", "o2", end=4),
    )  # fmt: skip

    assert [row.id for row in result.anomalies[0].evidence] == ["o1", "o2"]


def test_it_shows_a_few_of_many():
    ids = [f"o{n:03d}" for n in range(50)]

    result = check(put(*ids), read_committed(end=0))

    assert result.anomalies[0].count == 50
    assert len(result.anomalies[0].evidence) == 8


def test_it_points_at_the_partition_of_the_last_copy():
    copies = [*written("o1", "o1", offset=0), *read_committed("o1", "o1", end=2)]
    last = on_partition(1, written("o1", offset=0), read_committed("o1", end=1))

    (row,) = check(put("o1"), copies, last).anomalies[0].evidence

    assert (row.partition, row.offset) == (1, 0)
