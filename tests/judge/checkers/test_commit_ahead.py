"""Commit ahead: what lies below a committed offset must have been processed."""

from __future__ import annotations

import pytest

from histories.copying import INPUT, committed, in_force, processed, put
from histories.told import causes
from histories.words import TOPIC, handed, history, pressure, read, stored
from judge.checkers import commit_ahead
from judge.history import Op
from judge.indexing import index_history

IDS = [f"o{n:02d}" for n in range(20)]


def check(*parts, slack_ms=0, **terms):
    found = index_history(history(*parts, **({"input_topic": INPUT} | terms)))
    return commit_ahead.check(found, slack_ms=slack_ms)


def test_it_keeps_the_promise_when_each_commit_follows_its_records():
    result = check(
        put(*IDS), processed(*IDS, at=200, step=10), committed(10, at=300), committed(20, at=400)
    )

    assert (result.kept, result.figures["commits"]) == (True, 2)


def test_it_finds_a_program_that_commits_what_it_was_handed():
    result = check(
        put(*IDS),
        committed(10, at=200),
        processed(*IDS[:10], at=210, step=10),
        committed(20, at=310),
        processed(*IDS[10:], at=320, step=10),
    )

    assert causes(result) == {("commit-ahead", "commit-before-processing"): 2}
    assert result.anomalies[0].evidence[0].what == (
        "offset 10 of partition 0 was committed by 0.200 s; record o00 at offset 0 below it was "
        "processed at 0.210 s; 10 records passed in all"
    )


def test_it_blames_a_timer_that_strikes_in_the_middle_of_a_batch():
    result = check(
        put(*IDS),
        processed(*IDS, at=200, step=10),
        committed(8, at=250),
        committed(14, at=310),
        committed(20, at=370),
    )

    assert causes(result) == {("commit-ahead", "auto-commit"): 3}


def test_it_does_not_take_the_same_offset_again_for_another_commit():
    again = [op for at in (400, 450, 500) for op in committed(8, at=at)]

    result = check(put(*IDS), processed(*IDS, at=200, step=10), committed(8, at=250), again)

    assert causes(result) == {("commit-ahead", "auto-commit"): 1}


def test_it_takes_what_is_done_at_the_moment_of_a_commit_for_done():
    result = check(put("o0", "o1"), processed("o0", "o1", at=200, step=10), committed(2, at=200))

    assert causes(result) == {("commit-ahead", "auto-commit"): 1}


def test_it_blames_the_program_when_half_of_its_commits_came_first():
    result = check(
        put(*IDS), committed(10, at=190), processed(*IDS, at=200, step=10), committed(20, at=350)
    )

    assert causes(result) == {("commit-ahead", "commit-before-processing"): 2}


def test_it_goes_by_what_was_read_back_where_nobody_told_of_places():
    ops = [*handed("o0", "o1"), *read("o0", "o1", "else"), *processed("o0", at=300)]

    result = check(ops, committed(2, at=400, topic=TOPIC), input_topic="")

    assert result.figures == {"commits": 1, "ahead": 1}
    assert "record o1 at offset 1" in result.anomalies[0].evidence[0].what
    assert check(ops, committed(3, at=400, topic=TOPIC), input_topic="").figures["ahead"] == 1
    assert check(ops, committed(2, at=400)).kept is None


def test_it_names_nobody_when_only_the_coordinator_told():
    result = check(put(*IDS), in_force(10, at=200), processed(*IDS, at=300))

    assert causes(result) == {("commit-ahead", "committed-by-somebody"): 1}


def test_it_finds_what_was_committed_and_never_processed():
    result = check(put(*IDS), processed(*IDS[:5]), committed(10, at=300), slack_ms=500)

    assert causes(result) == {("commit-ahead", "auto-commit"): 1}
    assert "record o05 at offset 5 below it was never processed; 5 records" in (
        result.anomalies[0].evidence[0].what
    )


def test_it_grants_the_slack_in_which_a_side_effect_may_be_heard_of():
    ahead = [*put(*IDS), *committed(20, at=300), *processed(*IDS, at=310)]

    assert check(ahead, slack_ms=9).kept is False
    assert check(ahead, slack_ms=10).kept is True
    assert check(ahead, pressure(latest_wake_ms=10)).kept is True


def test_it_counts_only_what_was_not_done_in_time():
    ahead = [*put("o0", "o1", "o2"), *committed(3, at=300), *processed("o1", at=310)]
    late = [*processed("o0", at=311), *processed("o2", at=312)]

    result = check(ahead, late, slack_ms=10)

    assert result.anomalies[0].evidence[0].detail["passed"] == 2


def test_it_grants_half_a_second_when_the_lab_says_nothing():
    def ahead(at):
        ops = [*put("o1"), *committed(1, at=300), *processed("o1", at=at)]
        return commit_ahead.check(index_history(history(ops, input_topic=INPUT))).kept

    assert (ahead(800), ahead(801)) == (True, False)


def test_it_does_not_look_at_a_commit_inside_a_transaction():
    inside = [*put(*IDS), *committed(20, at=200, txn="t"), *processed(*IDS, at=300)]

    assert check(inside).kept is None


def test_it_takes_no_notice_of_commits_of_another_topic():
    other = [*put(*IDS), *committed(20, at=150, topic="else"), *processed(*IDS, at=200)]

    assert check(other, committed(20, at=300)).kept is True


@pytest.mark.parametrize("kind", ["fail", "info"])
def test_it_takes_no_notice_of_a_commit_without_a_yes(kind):
    assert check(put(*IDS), committed(20, at=150, kind=kind), processed(*IDS)).kept is None


def test_it_cannot_tell_when_nothing_was_processed():
    result = check(put(*IDS), committed(20))

    assert (result.kept, result.summary) == (None, "no record was seen to be processed")


def test_it_cannot_tell_when_nothing_was_committed():
    result = check(put(*IDS), processed(*IDS))

    assert (result.kept, result.summary) == (None, "no offset was committed")


def test_it_judges_one_partition_where_another_commits_in_transactions_only():
    second = [*put("p1", partition=1), *committed(1, at=150, partition=1, txn="t")]

    result = check(put("o1"), second, processed("o1", "p1", at=900), committed(1, at=300))

    assert (result.kept, result.figures) == (False, {"commits": 1, "ahead": 1})


def test_it_tells_a_timer_by_the_commits_of_each_partition():
    first = [*put(*IDS), *processed(*IDS, at=200, step=10)]
    first += [*committed(8, at=250), *committed(14, at=310), *committed(20, at=370)]
    second = [*put("p1", partition=1), *committed(1, at=200, partition=1), *processed("p1", at=900)]

    result = check(first, second)

    assert causes(result) == {("commit-ahead", "auto-commit"): 4}


def test_it_shows_first_what_came_first():
    second = put("p1", partition=1)

    result = check(
        put("o1"), second, processed("o1", "p1", at=900), committed(1, at=300),
        committed(1, at=200, partition=1),
    )  # fmt: skip

    assert [row.partition for row in result.anomalies[0].evidence] == [1, 0]


def test_it_judges_each_partition_by_itself():
    second = put("p1", "p2", partition=1)

    result = check(
        put("o1"), second, processed("o1", "p1", at=200), committed(1, at=300),
        committed(2, at=310, partition=1),
    )  # fmt: skip

    assert causes(result) == {("commit-ahead", "auto-commit"): 1}
    assert result.anomalies[0].evidence[0].partition == 1


def test_it_speaks_of_the_judged_topic_where_nothing_is_copied():
    ops = history(
        stored("o1"), [*put("o1")], processed("o1", at=400), committed(1, at=200, topic=TOPIC)
    )

    assert commit_ahead.check(index_history(ops), slack_ms=0).kept is False


def test_it_takes_a_record_for_done_when_it_was_first_processed():
    result = check(
        put("o1"), processed("o1", at=200), committed(1, at=300), processed("o1", at=400)
    )

    assert result.kept is True


def test_it_looks_for_the_cause_below_the_committed_offset_only():
    early = processed("o02", at=150)

    result = check(put(*IDS), early, committed(2, at=200), processed("o00", "o01", at=300))

    assert causes(result) == {("commit-ahead", "commit-before-processing"): 1}


def test_it_grants_nothing_for_a_machine_that_tells_no_waking():
    silent = [Op(8950, "machine", "info", "pressure", detail=said) for said in (None, {})]

    result = check(put("o1"), committed(1, at=300), processed("o1", at=300.5), silent)

    assert result.kept is False
