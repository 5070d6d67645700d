"""Duplicates: two readable copies of one order, and whose doing they are."""

from __future__ import annotations

from histories.words import (
    accepted,
    acknowledged,
    handed,
    history,
    on_partition,
    read,
    refused,
    stored,
    unanswered,
)
from judge.checkers import duplicates
from judge.indexing import index_history


def check(*parts):
    return duplicates.check(index_history(history(*parts)))


def causes(result):
    return {(anomaly.name, anomaly.cause): anomaly.count for anomaly in result.anomalies}


def test_it_finds_none_when_every_order_is_read_once():
    result = check(handed("o1", "o2"), stored("o1", "o2"), read("o1", "o2"))

    assert (result.kept, result.figures) == (True, {"duplicates": 0})


def test_it_blames_a_retry_after_a_response_that_never_came():
    result = check(
        handed("o1"),
        unanswered("o1", at=120),
        acknowledged("o1", offset=12, at=900),
        accepted("o1", at=901),
        stored("o1", offset=7),
        stored("o1", offset=12),
        read("o1", offset=7),
        read("o1", offset=12),
    )

    assert causes(result) == {("duplicate", "retried-after-lost-response"): 1}
    (evidence,) = result.anomalies[0].evidence
    assert evidence.what == (
        "order o1 can be read at offsets 7 and 12; the last copy was sent at 0.898 s"
    )
    assert (evidence.partition, evidence.offset, evidence.t_ms) == (0, 12, 898)


def test_it_blames_a_program_that_sends_again_what_was_acknowledged():
    result = check(
        handed("o1"),
        acknowledged("o1", offset=0, at=120),
        acknowledged("o1", offset=1, at=900),
        stored("o1", offset=0),
        stored("o1", offset=1),
        read("o1", offset=0),
        read("o1", offset=1),
    )

    assert causes(result) == {("duplicate", "sent-twice"): 1}


def test_it_blames_a_program_that_puts_an_order_into_one_batch_twice():
    result = check(handed("o1"), acknowledged("o1", "o1"), stored("o1", "o1"), read("o1", "o1"))

    assert causes(result) == {("duplicate", "sent-twice"): 1}


def test_it_takes_one_offset_that_was_read_twice_for_one_record():
    assert check(handed("o1"), stored("o1"), read("o1"), read("o1", at=8910)).kept is True


def test_it_counts_a_refused_order_that_is_there_twice_as_well():
    result = check(
        handed("o1"),
        unanswered("o1"),
        refused("o1"),
        stored("o1", offset=0),
        stored("o1", offset=4),
        read("o1", offset=0),
        read("o1", offset=4),
    )

    assert result.kept is False
    assert result.figures == {"duplicates": 1, "extra_copies": 1}


def test_it_ignores_a_copy_that_died_with_its_broker():
    result = check(
        handed("o1"),
        stored("o1", on=[2], offset=0),
        stored("o1", on=[1, 3], offset=3, epoch=5),
        read("o1", offset=3),
    )

    assert result.kept is True


def test_it_cannot_tell_when_nothing_was_read():
    result = check(handed("o1"), accepted("o1"), read(end=0))

    assert (result.kept, result.figures) == (None, {"duplicates": 0})


def test_it_names_every_offset_and_whose_doing_it_was():
    thrice = [op for offset in (0, 4, 7) for op in (
        *acknowledged("o1", offset=offset, by=3, at=200 + offset),
        *stored("o1", offset=offset),
        *read("o1", offset=offset),
    )]  # fmt: skip
    retried = [*unanswered("o2", at=120), *acknowledged("o2", offset=9, at=900)]
    copies = [*stored("o2", offset=8), *stored("o2", offset=9), *read("o2", "o2", offset=8)]

    result = check(handed("o1", "o2"), thrice, retried, copies)

    assert [anomaly.summary for anomaly in result.anomalies] == [
        "1 order stored again by the program",
        "1 order stored again by the client",
    ]
    (evidence,) = result.anomalies[0].evidence
    assert evidence.what.startswith("order o1 can be read at offsets 0, 4 and 7; ")
    assert (evidence.broker, evidence.offset) == (3, 7)


def test_it_names_first_the_cause_of_the_earliest_copy():
    twice = [*stored("o1", "o2", offset=0), *stored("o2", "o1", offset=4)]
    late = [*unanswered("o1", "o2", at=300), *acknowledged("o2", "o1", offset=4, at=900)]
    early = [*acknowledged("o3", offset=2, at=200), *acknowledged("o3", offset=3, at=210)]
    again = [*stored("o3", offset=2), *stored("o3", offset=3)]

    result = check(
        handed("o1", "o2", "o3"),
        twice,
        late,
        early,
        again,
        read("o1", "o2", "o3", "o3", "o2", "o1"),
    )

    assert [(a.cause, a.count) for a in result.anomalies] == [
        ("sent-twice", 1),
        ("retried-after-lost-response", 2),
    ]


def test_it_tells_two_partitions_apart():
    ops = [*stored("o1"), *read("o1"), *on_partition(1, stored("o1"), read("o1"))]

    result = check(handed("o1"), ops)

    assert result.figures["duplicates"] == 1
    (evidence,) = result.anomalies[0].evidence
    assert evidence.what == "order o1 can be read at offsets 0 and 0"
    assert evidence.partition == 0


def test_it_takes_two_copies_that_left_at_one_moment_for_no_retry():
    result = check(
        handed("o1"),
        unanswered("o1", at=900, sent=300),
        acknowledged("o1", offset=1, at=310, sent=300),
        stored("o1", offset=0),
        stored("o1", offset=1),
        read("o1", "o1"),
    )

    assert causes(result) == {("duplicate", "sent-twice"): 1}


def test_it_shows_sixteen_offsets_of_many_copies():
    result = check(handed("o1"), stored(*["o1"] * 20), read(*["o1"] * 20))

    assert result.anomalies[0].evidence[0].detail["offsets"] == list(range(16))
