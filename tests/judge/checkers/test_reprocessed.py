"""Records processed more than once, and whose doing that was."""

from __future__ import annotations

import pytest

from histories.consuming import broke, committed, coordinator_says, paused, processed, topic_of
from histories.told import causes
from histories.words import history, read, stored
from judge.checkers import reprocessed
from judge.indexing import index_history

THREE = topic_of("o0", "o1", "o2")


def check(*parts, **options):
    return reprocessed.check(index_history(history(*parts)), **options)


def test_it_keeps_the_promise_when_each_was_processed_once():
    result = check(THREE, processed("o0", "o1", "o2"))

    assert (result.kept, result.summary) == (True, "no record was processed twice")
    assert result.figures == {"processed": 3, "reprocessed": 0}


def test_it_blames_a_crash_before_the_commit():
    result = check(
        THREE,
        processed("o0", "o1"),
        committed(1, at=1500),
        broke(at=2000),
        processed("o1", "o2", at=3000),
    )

    assert causes(result) == {("duplicate-processing", "crash-before-commit"): 1}
    (evidence,) = result.anomalies[0].evidence
    assert evidence.what == (
        "record o1 was processed at 1.001 s by worker and again at 3.000 s by worker; "
        "the program ended at 2.000 s"
    )
    assert (evidence.id, evidence.t_ms, evidence.partition, evidence.offset) == ("o1", 3000, 0, 1)
    assert evidence.detail == {"cause": "crash-before-commit", "times": 2}


def test_it_blames_whoever_begins_below_what_was_committed():
    crash = [*processed("o0", "o1"), *committed(2, at=1500), *broke(at=2000)]

    result = check(THREE, crash, processed("o1", "o2", at=3000))

    assert causes(result) == {("duplicate-processing", "read-again-after-commit"): 1}


def test_it_knows_a_commit_that_came_after_the_crash_from_one_before():
    crash = [*processed("o0", "o1"), *committed(2, at=2100), *broke(at=2000)]

    result = check(THREE, crash, processed("o1", "o2", at=3000))

    assert causes(result) == {("duplicate-processing", "crash-before-commit"): 1}


def test_it_blames_a_move_of_the_partition_before_the_commit():
    result = check(
        THREE, processed("o0", "o1", by="one"), processed("o1", "o2", at=3000, by="two")
    )

    assert causes(result) == {("duplicate-processing", "moved-before-commit"): 1}


@pytest.mark.parametrize(
    ("commit_at", "cause"), [(1001, "read-again-after-commit"), (1002, "moved-before-commit")]
)
def test_it_knows_a_commit_that_stood_when_a_moved_record_was_first_processed(commit_at, cause):
    result = check(
        THREE,
        processed("o0", "o1", by="one"),
        committed(2, at=commit_at),
        processed("o1", at=3000, by="two"),
    )

    assert causes(result) == {("duplicate-processing", cause): 1}


def test_it_blames_a_pause_in_which_the_partition_was_lost():
    result = check(THREE, processed("o0"), paused(at=2000), processed("o0", at=9000))

    assert causes(result) == {("duplicate-processing", "moved-before-commit"): 1}
    assert "the program was paused at 2.000 s" in result.anomalies[0].evidence[0].what


def test_it_blames_two_groups_that_each_get_every_record():
    result = check(
        THREE,
        processed("o0", by="one"),
        committed(1, at=1500, group="a"),
        processed("o0", at=1600, by="two"),
        committed(1, at=1700, group="b"),
    )

    assert causes(result) == {("duplicate-processing", "read-by-two-groups"): 1}


def test_it_blames_a_program_that_comes_back_in_another_group():
    result = check(
        THREE,
        processed("o0"),
        coordinator_says(1, at=1500, group="a"),
        broke(at=2000),
        processed("o0", at=3000),
        coordinator_says(1, at=3500, group="b"),
    )

    assert causes(result) == {("duplicate-processing", "read-by-two-groups"): 1}


def test_it_blames_a_program_that_processes_twice_by_itself():
    result = check(THREE, processed("o0", "o0", "o0"), broke(at=9000))

    assert causes(result) == {("duplicate-processing", "processed-twice"): 1}
    assert result.anomalies[0].evidence[0].what == (
        "record o0 was processed at 1.000 s by worker and again at 1.001 s by worker; "
        "3 times in all"
    )


def test_it_names_no_program_where_there_is_only_one():
    result = check(THREE, processed("o0", by=""), processed("o0", at=2000, by=""))

    assert result.anomalies[0].evidence[0].what == (
        "record o0 was processed at 1.000 s and again at 2.000 s"
    )


def test_it_takes_the_end_of_another_program_for_no_break():
    result = check(
        THREE, processed("o0"), broke(at=1500, by="other"), processed("o0", at=2000)
    )

    assert causes(result) == {("duplicate-processing", "processed-twice"): 1}


def test_it_takes_the_end_of_a_program_without_a_name_for_a_break():
    result = check(THREE, processed("o0"), broke(at=1500, by=""), processed("o0", at=2000))

    assert causes(result) == {("duplicate-processing", "crash-before-commit"): 1}


def test_it_finds_the_break_between_any_two_of_the_times():
    result = check(THREE, processed("o0", "o0"), broke(at=1500), processed("o0", at=2000))

    assert causes(result) == {("duplicate-processing", "crash-before-commit"): 1}
    assert result.anomalies[0].evidence[0].what == (
        "record o0 was processed at 1.001 s by worker and again at 2.000 s by worker; "
        "the program ended at 1.500 s; 3 times in all"
    )


def test_it_blames_whoever_sent_the_record_twice():
    twice = [*topic_of("o0"), *stored("o0", offset=7), *read("o0", offset=7)]

    assert causes(check(twice, processed("o0", "o0"))) == {
        ("duplicate-processing", "sent-twice"): 1
    }
    assert causes(check(twice, processed("o0", "o0", "o0"))) == {
        ("duplicate-processing", "processed-twice"): 1
    }


def test_it_tells_of_no_break_where_the_record_was_sent_twice():
    twice = [*topic_of("o0"), *stored("o0", offset=7), *read("o0", offset=7)]

    result = check(twice, processed("o0"), broke(at=1500), processed("o0", at=2000))

    assert causes(result) == {("duplicate-processing", "sent-twice"): 1}
    assert result.anomalies[0].evidence[0].what == (
        "record o0 was processed at 1.000 s by worker and again at 2.000 s by worker"
    )


def test_it_finds_it_in_a_topic_that_was_not_read_back():
    ops = [op for op in THREE if op.source == "ledger"]

    result = check(ops, processed("o0"), broke(at=1500), processed("o0", at=2000))

    assert causes(result) == {("duplicate-processing", "crash-before-commit"): 1}
    assert result.anomalies[0].evidence[0].offset is None


def test_it_ignores_deeds_for_records_that_nobody_handed_out():
    result = check(THREE, processed("o0", "forged", "forged"))

    assert result.kept is True


def test_it_cannot_tell_when_nothing_was_processed():
    assert check(THREE).kept is None


def test_it_names_first_the_cause_that_struck_first():
    result = check(
        THREE,
        processed("o0"),
        broke(at=1500),
        processed("o1", "o1", at=2000),
        processed("o0", at=3000),
    )

    assert [anomaly.cause for anomaly in result.anomalies] == [
        "processed-twice",
        "crash-before-commit",
    ]


def test_it_shows_no_more_than_eight():
    ids = [f"o{n:02d}" for n in range(30)]

    result = check(topic_of(*ids), processed(*ids), broke(at=1500), processed(*ids, at=2000))

    assert [a.count for a in result.anomalies] == [30]
    assert len(result.anomalies[0].evidence) == 8


def test_it_allows_as_many_repeats_as_the_lab_allows():
    twice = [*processed("o0", "o1"), *processed("o0", "o1", at=2000)]

    few, many = check(THREE, twice, allowed=2), check(THREE, twice, allowed=1)

    assert (few.kept, few.summary) == (True, "2 repeats of processing, 2 are allowed")
    assert many.kept is False


def test_it_shows_the_records_in_the_order_they_were_processed_again():
    result = check(THREE, processed("o0", "o1"), processed("o1", "o0", at=2000))

    assert [evidence.id for evidence in result.anomalies[0].evidence] == ["o1", "o0"]


def test_it_blames_the_crash_where_the_second_group_came_later():
    result = check(
        THREE,
        processed("o1"),
        committed(1, at=1500, group="a"),
        broke(at=2000),
        processed("o1", at=3000),
        committed(2, at=3500, group="b"),
    )

    assert causes(result) == {("duplicate-processing", "crash-before-commit"): 1}
