"""Exactly-once copy: every input record once in the committed output, and how it can go wrong."""

from __future__ import annotations

import pytest

from histories.copying import (
    INPUT,
    begun,
    committed,
    end_asked,
    in_force,
    marked,
    put,
    read_committed,
    stopped,
    written,
)
from histories.told import causes
from histories.words import acknowledged, ended, history, log_ends, read
from judge.checkers import exactly_once_copy
from judge.history import Op
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


def test_it_keeps_the_promise_when_each_input_record_has_one_committed_copy():
    result = check(CLEAN, read_committed("o1", "o2", end=3))

    assert (result.kept, result.anomalies) == (True, ())
    assert result.summary == "2 input records, one copy each"
    assert result.figures["copied"] == 2


def test_it_reads_what_is_committed_whatever_the_other_checks_read():
    reads = [*read("o1", "o2", "o1"), *read_committed("o1", "o2", end=3)]

    assert check(CLEAN, reads, isolation="read_uncommitted").kept is True


def test_it_cannot_tell_when_nobody_read_as_read_committed():
    assert check(CLEAN, read("o1", "o2"), isolation="read_uncommitted").kept is None


def test_it_says_nothing_of_a_run_that_copies_nothing():
    result = check(CLEAN, read_committed("o1", "o2", end=3), input_topic="")

    assert (result.kept, result.anomalies) == (None, ())


def test_it_cannot_tell_when_nothing_is_known_to_be_in_the_input():
    result = check(put("o1", told=False), read_committed(end=0))

    assert (result.kept, result.summary) == (None, "no record is known to be in the input")


def test_it_points_at_the_last_of_several_copies():
    many = [op for n in range(3) for op in written("o1", offset=n)]

    (row,) = check(put("o1"), many, read_committed("o1", "o1", "o1", end=3)).anomalies[0].evidence

    assert row.what == "input record o1 has 3 copies in the output, at 0/0, 0/1, 0/2"
    assert (row.partition, row.offset) == (0, 2)


def test_it_says_no_moment_when_the_tap_saw_no_copy_leave():
    twice = [*put("o1"), *written("o1", offset=0), *written("o1", offset=1)]

    (row,) = check(twice, read_committed("o1", "o1", end=2)).anomalies[0].evidence

    assert row.t_ms is None


def test_it_holds_nothing_against_a_copy_of_a_record_in_doubt():
    doubt = put("o9", told=False)

    assert check(CLEAN, doubt, read_committed("o1", "o2", end=3)).kept is True
    assert check(CLEAN, doubt, read_committed("o1", "o2", "o9", end=4)).kept is True


def test_it_takes_an_aborted_attempt_and_a_committed_one_for_one_copy():
    again = [
        *put("o1", "o2"),
        *written("o1", "o2", offset=0, pid=7),
        *marked("abort", 7, offset=2),
        *written("o1", "o2", offset=3, pid=7, epoch=1),
        *marked("commit", 7, offset=5),
        *read_committed("o1", "o2", offset=3, end=6),
    ]

    assert check(again, isolation="read_committed").kept is True


def test_it_blames_offsets_that_went_on_although_the_copies_were_aborted():
    result = check(
        put("o1", "o2"),
        written("o1", offset=0, pid=7),
        marked("abort", 7, offset=1),
        committed(2, at=480),
        in_force(2, at=520),
        read_committed(end=2),
    )

    # o2 was still with the producer: its cause is the same, though no log ever held it.
    assert causes(result) == {("copy-lost", "offsets-outside-the-transaction"): 2}
    first = result.anomalies[0].evidence[0]
    assert first.what == (
        "input record o1 (partition 0, offset 0) has no copy, and its offset was committed by "
        "itself; offset 2 was committed by 0.480 s; the batch at offset 0 of the output held it"
    )
    assert (first.t_ms, first.id, first.topic) == (480, "o1", INPUT)


def test_it_blames_a_commit_that_came_before_anything_was_written():
    result = check(
        put("o1", "o2"), written("o1", offset=0), committed(2), read_committed("o1", end=1)
    )

    assert causes(result) == {("copy-lost", "committed-before-written"): 1}


def test_it_takes_the_coordinators_word_for_a_commit_too():
    result = check(put("o1"), in_force(1), read_committed(end=0))

    assert causes(result) == {("copy-lost", "committed-before-written"): 1}


def test_it_blames_a_program_that_goes_on_behind_an_aborted_transaction():
    result = check(
        put("o1", "o2"),
        written("o1", offset=0, pid=7),
        marked("abort", 7, offset=1),
        written("o2", offset=2, pid=7),
        committed(2, txn="copier-1"),
        marked("commit", 7, offset=3),
        in_force(2),
        read_committed("o2", offset=2, end=4),
    )

    assert causes(result) == {("copy-lost", "aborted-only"): 1}


def test_it_cannot_tell_whose_doing_a_torn_end_in_doubt_is():
    result = check(
        put("o1"),
        written("o1", offset=0, pid=7),
        marked("abort", 7, offset=1),
        committed(1, txn="copier-1"),
        end_asked(7, kind="info"),
        in_force(1),
        read_committed(end=2),
    )

    assert (result.kept, result.anomalies) == (None, ())


def test_it_does_not_excuse_a_life_of_the_producer_by_the_doubt_of_an_earlier_one():
    result = check(
        put("o1"),
        end_asked(7, kind="info"),
        written("o1", offset=0, pid=7, epoch=1),
        marked("abort", 7, offset=1),
        in_force(1),
        read_committed(end=2),
    )

    assert causes(result) == {("copy-lost", "aborted-only"): 1}


def test_it_cannot_tell_what_a_marker_says_that_could_not_be_read():
    unread = marked("what?", 7, offset=1)

    assert check(put("o1"), written("o1", offset=0, pid=7), unread, read_committed()).kept is None


def test_it_takes_the_coordinators_own_log_for_its_word():
    agreed = Op(700, "transaction", "info", "state", id="copier-1",
                detail={"state": "PrepareCommit", "pid": 7, "pepoch": 0})  # fmt: skip

    open_ = [*put("o1"), *written("o1", offset=0, pid=7), *read_committed(end=0)]

    assert check(open_, [agreed]).kept is None
    assert check(open_).kept is False


def test_it_blames_a_transaction_that_was_never_committed():
    result = check(put("o1"), written("o1", offset=0, pid=7), read_committed(end=0))

    assert causes(result) == {("copy-lost", "never-committed"): 1}


@pytest.mark.parametrize("kind", ["ok", "info"])
def test_it_waits_for_the_marker_of_a_commit_that_was_asked_for(kind):
    open_ = [*put("o1"), *written("o1", offset=0, pid=7), *end_asked(7, kind=kind)]

    assert check(open_, read_committed(end=0)).kept is None


def test_it_takes_a_committed_copy_behind_an_open_transaction_for_hidden_not_lost():
    result = check(
        put("o1"),
        written("x1", offset=0, pid=9),
        written("o1", offset=1, pid=7),
        marked("commit", 7, offset=2),
        read_committed(end=0),
    )

    assert result.kept is None
    assert result.figures["copies_hidden"] == 1


LEFT = [
    *put("o1", "o2", "o3", "o4"),
    *written("o1", offset=0, pid=7),
    *acknowledged("o1", offset=0, at=4000, sent=3900),
    *marked("commit", 7, offset=1),
    *written("o2", offset=2, pid=7),
    *marked("abort", 7, offset=3),
    *written("o3", offset=4, pid=7),
    *read_committed("o1", end=4),
]


def busy(share):
    return [Op(8950, "machine", "info", "pressure", detail={"cpu_some_pct": share})]


def test_it_cannot_tell_what_a_busy_machine_left_no_time_for():
    result = check(LEFT, ended(at=8900), busy(60))

    assert (result.kept, result.anomalies) == (None, ())
    assert result.summary == (
        "the machine was busy, and 3 input records were left when the run ended"
    )
    assert check(LEFT, ended(at=8900)).kept is None


@pytest.mark.parametrize(
    "parts",
    [[ended(at=8900), busy(59)], [ended(at=8901), busy(99)], [ended(at=8901)]],
    ids=["time enough", "stuck", "stuck, and nobody looked"],
)
def test_it_blames_a_program_that_had_the_time(parts):
    assert causes(check(LEFT, *parts)) == {
        ("copy-lost", "aborted-only"): 1,
        ("copy-lost", "never-committed"): 1,
        ("copy-lost", "not-copied"): 1,
    }


def test_it_blames_a_program_that_went_past_a_record_however_busy_the_machine_was():
    result = check(LEFT, in_force(4), ended(at=8900), busy(99))

    assert causes(result)["copy-lost", "committed-before-written"] == 1


BEHIND = [
    *put("o1"),
    *begun("first", 9, at=100),
    *written("x1", offset=3, pid=9),
    *written("o1", offset=4, pid=7),
    *marked("commit", 7, offset=5),
    *read_committed(end=3),
]


def test_it_blames_a_program_that_came_back_under_another_transactional_id():
    result = check(BEHIND, stopped(at=300), begun("second", 7, at=400))

    assert causes(result) == {("copy-lost", "behind-an-open-transaction"): 1}
    assert result.anomalies[0].evidence[0].what == (
        "input record o1 (partition 0, offset 0) has a committed copy that nobody can read; "
        "transactional id first left a transaction open at offset 3 when the program broke off "
        "at 0.300 s, and the next life took the id second; "
        "the batch at offset 4 of the output held it"
    )
    assert result.anomalies[0].evidence[0].t_ms == 300


@pytest.mark.parametrize(
    "parts",
    [
        [begun("second", 7, at=400)],
        [stopped(at=300)],
        [stopped(at=300), begun("second", 7, at=200)],
        [stopped(at=300), begun("second", 7, at=400), begun("first", 9, at=500)],
        [stopped(at=300), begun("second", 7, at=400, kind="fail")],
    ],
    ids=["no break", "no next life", "a partner", "taken over", "refused"],
)
def test_it_blames_nobody_for_an_open_transaction_without_a_break_and_another_id(parts):
    result = check(BEHIND, *parts)

    assert (result.kept, result.anomalies) == (None, ())


def test_it_does_not_blame_a_transaction_that_holds_up_nobody():
    other = [*put("o1"), *begun("first", 9, at=100), *written("x1", offset=1, pid=9)]
    other += [*written("o1", offset=4, pid=7), *marked("commit", 7, offset=5)]
    other += [*read_committed(end=3), *stopped(at=300), *begun("second", 7, at=400)]

    assert check(other).kept is None


def test_it_cannot_tell_when_a_copy_below_the_end_was_not_read():
    assert check(put("o1"), written("o1", offset=0), read_committed(end=1)).kept is None


def test_it_blames_nobody_but_the_log_that_died_for_a_copy_that_went_with_it():
    result = check(
        put("o1"),
        written("o1", offset=0, on=[2]),
        log_ends(dead=[2], b1=0, b2=1, b3=0),
        read_committed(end=0),
    )

    assert causes(result) == {("copy-lost", "written-then-gone"): 1}


def test_it_says_so_when_the_program_did_not_get_that_far():
    assert causes(check(put("o1"), read_committed(end=0))) == {("copy-lost", "not-copied"): 1}
