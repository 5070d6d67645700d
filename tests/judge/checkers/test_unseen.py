"""Unseen records: in the topic, and never processed, each with what kept it from that."""

from __future__ import annotations

import pytest

from histories.consuming import (
    broke,
    committed,
    coordinator_says,
    paused,
    processed,
    topic_of,
)
from histories.told import causes
from histories.words import handed, history, on_partition, read, stored
from judge.checkers import unseen
from judge.indexing import index_history

SIX = topic_of("o0", "o1", "o2", "o3", "o4", "o5")


def check(*parts, **options):
    return unseen.check(index_history(history(*parts)), **options)


def test_it_keeps_the_promise_when_every_record_was_processed():
    result = check(SIX, processed("o0", "o1", "o2", "o3", "o4", "o5"))

    assert result.kept is True
    assert result.summary == "6 records processed, none was left out"
    assert result.figures == {"in_topic": 6, "processed": 6, "unseen": 0}


def test_it_blames_a_commit_before_the_processing_that_a_crash_cut_off():
    result = check(
        SIX,
        processed("o0", "o1", at=1000),
        committed(4, at=1500),
        broke(at=2000),
        processed("o4", "o5", at=3000),
    )

    assert causes(result) == {("unseen", "committed-before-processing"): 2}
    assert result.summary == "2 records of 6 never processed"
    first, _ = result.anomalies[0].evidence
    assert first.what == (
        "record o2 at partition 0, offset 2, was never processed; "
        "offset 4 was committed by 1.500 s (group billing); "
        "the program ended at 2.000 s; offset 4 was processed at 3.000 s"
    )
    assert (first.id, first.t_ms, first.partition, first.offset) == ("o2", 1500, 0, 2)


def test_it_believes_the_coordinator_as_well_although_it_is_asked_late():
    crash = [*processed("o0", "o1"), *coordinator_says(4, at=2250), *broke(at=2000)]

    result = check(SIX, crash, processed("o4", "o5", at=3000))

    assert causes(result) == {("unseen", "committed-before-processing"): 2}


def test_it_takes_a_commit_after_the_break_for_no_proof():
    crash = [*processed("o0", "o1"), *committed(4, at=2400), *broke(at=2000)]

    result = check(SIX, crash, processed("o4", "o5", at=3000))

    assert causes(result) == {("unseen", "skipped"): 2}


def test_it_takes_a_commit_up_to_the_record_for_no_proof():
    crash = [*processed("o0", "o1"), *committed(2, at=1500), *broke(at=2000)]

    result = check(SIX, crash, processed("o3", "o4", "o5", at=3000))

    assert causes(result) == {("unseen", "skipped"): 1}


def test_it_blames_a_commit_where_nobody_came_after_the_crash():
    result = check(SIX, processed("o0", "o1"), committed(6, at=1500), broke(at=2000))

    assert causes(result) == {("unseen", "committed-before-processing"): 4}


def test_it_blames_a_commit_where_the_run_ended_before_the_processing():
    result = check(SIX, processed("o0", "o1"), committed(6, at=1500))

    assert causes(result) == {("unseen", "committed-before-processing"): 4}


def test_it_blames_a_commit_where_the_partition_moved_to_another_program():
    result = check(
        SIX,
        processed("o0", "o1", by="one"),
        committed(4, at=1500),
        processed("o4", "o5", at=3000, by="two"),
    )

    assert causes(result) == {("unseen", "committed-before-processing"): 2}


def test_it_blames_a_commit_that_stood_at_the_moment_when_the_next_program_began():
    def moved(commit_at):
        first, then = processed("o0", "o1", by="one"), processed("o4", "o5", at=3000, by="two")
        return causes(check(SIX, first, committed(4, at=commit_at), then))

    assert moved(3000) == {("unseen", "committed-before-processing"): 2}
    assert moved(3001) == {("unseen", "skipped"): 2}


def test_it_blames_a_commit_where_nothing_below_was_processed():
    result = check(
        SIX, committed(2, at=900), broke(at=950), processed("o2", "o3", "o4", "o5", at=1000)
    )

    assert causes(result) == {("unseen", "committed-before-processing"): 2}


def test_it_looks_for_the_break_of_the_program_that_had_come_so_far():
    result = check(
        SIX,
        processed("o0", by="one"),
        processed("o1", at=1100, by="two"),
        committed(4, at=1500),
        broke(at=2000, by="two"),
        processed("o4", "o5", at=3000, by="one"),
    )

    assert causes(result) == {("unseen", "committed-before-processing"): 2}


def test_it_takes_the_end_of_another_program_for_no_break():
    result = check(
        SIX,
        processed("o0", "o1", by="one"),
        committed(6, at=1500),
        broke(at=1600, by="two"),
        processed("o4", "o5", at=3000, by="one"),
    )

    assert causes(result) == {("unseen", "skipped"): 2}


def test_it_blames_a_program_that_leaves_a_record_out():
    result = check(SIX, processed("o0", "o1", "o3", "o4", "o5"), committed(6, at=2000))

    assert causes(result) == {("unseen", "skipped"): 1}
    (evidence,) = result.anomalies[0].evidence
    assert evidence.what == (
        "record o2 at partition 0, offset 2, was never processed; "
        "offset 3 was processed at 1.002 s"
    )
    assert evidence.t_ms == 1002


@pytest.mark.parametrize("left_out", range(5))
def test_it_finds_who_first_went_past_a_record_in_whatever_order_the_others_came(left_out):
    upwards = [f"o{n}" for n in range(6) if n != left_out]

    def passed(ids):
        (row,) = check(SIX, processed(*ids)).anomalies[0].evidence
        return row.what.partition("; ")[2]

    first_ms = 1000 + left_out
    assert passed(upwards) == f"offset {left_out + 1} was processed at {first_ms / 1000:.3f} s"
    assert passed(reversed(upwards)) == "offset 5 was processed at 1.000 s"


def test_it_takes_another_order_at_the_same_offset_neither_for_later_nor_for_earlier():
    other = [*handed("x"), *read("x", offset=5), *processed("x", at=1200, by="two")]
    crash = [*committed(6, at=1500), *broke(at=2000, by="one")]

    result = check(SIX, processed("o0", "o1", "o2", "o3", "o4", by="one"), other, crash)

    assert [row.what for row in result.anomalies[0].evidence] == [
        "record o5 at partition 0, offset 5, was never processed; offset 6 was committed by "
        "1.500 s (group billing); the program ended at 2.000 s"
    ]


def test_it_takes_no_deed_for_what_is_not_ours_or_not_there_for_going_past_a_record():
    elsewhere = [*read("forged", offset=6), *handed("gone")]

    result = check(SIX, elsewhere, processed("o0", "o1", "o2", "o3", "o4", "forged", "gone"))

    assert causes(result) == {("unseen", "never-reached"): 1}


@pytest.mark.parametrize(
    ("crash_at", "cause"), [(2002, "committed-before-processing"), (2003, "skipped")]
)
def test_it_grants_a_second_in_which_a_record_may_be_in_hand(crash_at, cause):
    result = check(
        SIX,
        processed("o0", "o1", "o3"),
        committed(4, at=1500),
        broke(at=crash_at),
        processed("o4", "o5", at=5000),
    )

    assert causes(result) == {("unseen", cause): 1}


def test_it_lets_the_lab_say_how_long_a_record_may_be_in_hand():
    ops = [*processed("o0", "o1", "o3"), *committed(4, at=1500), *broke(at=1900)]

    result = check(SIX, ops, processed("o4", "o5", at=5000), in_hand_ms=500)

    assert causes(result) == {("unseen", "skipped"): 1}


def test_it_takes_a_pause_for_a_break():
    result = check(
        SIX,
        processed("o0", "o1"),
        committed(4, at=1500),
        paused(at=2000),
        processed("o4", "o5", at=9000),
    )

    assert causes(result) == {("unseen", "committed-before-processing"): 2}
    assert "the program was paused at 2.000 s" in result.anomalies[0].evidence[0].what


def test_it_says_that_a_record_was_never_reached():
    result = check(SIX, processed("o0", "o1", "o2", "o3"), committed(4, at=2000))

    assert causes(result) == {("unseen", "never-reached"): 2}
    assert result.anomalies[0].evidence[0].what == (
        "record o4 at partition 0, offset 4, was never processed"
    )


def test_it_keeps_partitions_apart():
    other = on_partition(1, handed("p0"), stored("p0"), read("p0"))

    result = check(SIX, processed("o0", "o1", "o2", "o3", "o4", "o5"), committed(6, at=2000), other)

    assert causes(result) == {("unseen", "never-reached"): 1}
    assert result.anomalies[0].evidence[0].partition == 1


def test_it_names_first_the_cause_that_struck_first():
    result = check(
        SIX,
        processed("o0", "o2"),
        committed(4, at=1500),
        broke(at=2500),
        processed("o4", at=3000),
    )

    assert [(a.cause, a.count) for a in result.anomalies] == [
        ("never-reached", 1),
        ("skipped", 1),
        ("committed-before-processing", 1),
    ]


def test_it_cannot_tell_when_nothing_was_processed():
    assert check(SIX).kept is None


def test_it_cannot_tell_when_the_topic_was_not_read_back():
    result = check(handed("o0"), processed("o0"))

    assert (result.kept, result.summary) == (None, "the topic was not read back")


def test_it_takes_a_commit_after_the_move_for_no_proof():
    result = check(
        SIX,
        processed("o0", "o1", by="one"),
        processed("o4", "o5", at=3000, by="two"),
        committed(6, at=3500),
    )

    assert causes(result) == {("unseen", "skipped"): 2}
    assert result.figures == {"in_topic": 6, "processed": 4, "unseen": 2}


def test_it_cannot_tell_when_the_topic_holds_nothing_of_ours():
    result = check(handed("o0"), read("forged"), processed("forged"))

    assert (result.kept, result.summary) == (None, "the topic holds no record of ours")


def test_it_shows_no_more_than_eight():
    ids = [f"o{n:02d}" for n in range(30)]

    result = check(topic_of(*ids), processed(ids[0]))

    assert [a.count for a in result.anomalies] == [29]
    assert len(result.anomalies[0].evidence) == 8
