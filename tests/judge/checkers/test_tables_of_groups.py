"""The tables behind the checks of groups and copies: commits, gaps, members, markers."""

from __future__ import annotations

from histories.copying import (
    INPUT,
    committed,
    end_asked,
    in_force,
    marked,
    processed,
    put,
    read_committed,
    written,
)
from histories.words import acknowledged, ended, handed, history, log_ends, on_partition, read
from judge.acknowledgements import acknowledgements
from judge.backlog import Gap, gaps
from judge.committed_reads import committed_reads
from judge.group_commits import Commit, commits
from judge.history import Op
from judge.index import spot
from judge.indexing import index_history
from judge.membership import Rebalance, peopled, rebalances
from judge.transactions import committing, in_doubt, outcomes


def indexed(*parts, **terms):
    return index_history(history(*parts, **({"input_topic": INPUT} | terms)))


def members(count, at, state="Stable", group="g", **detail):
    return [
        Op(at, "group", "info", "members", id=group, count=count, detail={"state": state, **detail})
    ]


def test_commits_are_those_that_somebody_saw_in_force():
    found = commits(
        indexed(
            committed(5, at=300, txn="t"),
            committed(4, at=200),
            in_force(4, at=210),
            in_force(-1, at=220),
            in_force(0, at=230),
            committed(9, at=240, kind="info"),
            committed(9, at=250, kind="fail"),
            committed(7, at=260, partition=2),
            committed(7, at=270, topic="orders"),
        )
    )

    assert found == {
        0: [
            Commit(200, 4, "copier", "tap"),
            Commit(210, 4, "copier", "group"),
            Commit(300, 5, "copier", "tap", in_transaction=True),
        ],
        2: [Commit(260, 7, "copier", "tap")],
    }


def test_a_gap_ends_with_each_record_that_is_done():
    rows = [*put("a", "b", "c", at=99), *processed("a", "b", at=200, step=100)]

    assert gaps(indexed(rows, ended(at=900))) == [
        Gap(100, 200, 3, first=True),
        Gap(200, 300, 2),
        Gap(300, 900, 1),
    ]


def test_a_gap_may_be_shorter_than_a_millisecond_and_not_empty():
    rows = [*put("a", "b", "c", at=99), *processed("a", at=200), *processed("b", at=200.5)]
    rows += processed("c", at=200.5)

    assert gaps(indexed(rows, ended(at=900)))[1:] == [Gap(200, 200.5, 2)]


def test_a_gap_begins_with_the_first_record_that_waits():
    rows = [*put("a", at=99), *processed("a", at=150), *put("b", "c", offset=1, at=299)]

    assert gaps(indexed(rows, ended(at=900)))[1:] == [Gap(300, 900, 1)]


def test_an_offset_beyond_a_record_is_its_end_where_nothing_is_processed():
    rows = [*put("a", "b", "c", "d", at=99), *committed(2, at=400), *committed(3, at=600)]
    inside = committed(4, at=700, txn="t")

    assert gaps(indexed(rows, inside, ended(at=900))) == [
        Gap(100, 400, 4, first=True),
        Gap(400, 600, 2),
        Gap(600, 900, 1),
    ]


def test_a_record_that_was_done_before_we_heard_that_it_is_there_does_not_wait():
    assert gaps(indexed(put("a", at=200), processed("a", at=150), ended(at=900))) == []


def test_the_time_ends_with_the_program_or_the_reading_or_the_run():
    rows = put("a", at=99)

    assert gaps(indexed(rows, ended(at=900)))[0].end_ms == 900
    assert gaps(indexed(rows, read()))[0].end_ms == 8900
    assert gaps(indexed(rows, processed("x", at=500)))[0].end_ms == 500


def test_a_rebalance_begins_with_the_first_look_that_saw_no_rest():
    looks = [
        *members(1, 100),
        *members(2, 500, "PreparingRebalance", asked_ms=450),
        *members(2, 600, "CompletingRebalance", asked_ms=550),
        *members(2, 700, asked_ms=650),
        *members(3, 900, asked_ms=850),
        *members(1, 800, group="f"),
        *members(1, 950, group="f"),
    ]

    assert rebalances(indexed(looks)) == [
        Rebalance(700, "g", 2, began_ms=450),
        Rebalance(900, "g", 3, began_ms=850),
        Rebalance(950, "f", 1, began_ms=950),
    ]


def test_the_times_with_members_are_those_of_any_group():
    looks = [
        *members(0, 50, "Empty"),
        *members(1, 100),
        *members(2, 200, group="f"),
        *members(0, 300, "Empty"),
        *members(0, 400, "Empty", group="f"),
        *members(1, 500),
    ]

    assert list(peopled(indexed(looks))) == [(100, 400), (500, float("inf"))]


def test_a_batch_ends_with_the_next_marker_of_its_producer_in_its_partition():
    found = outcomes(
        indexed(
            written("a", offset=0, pid=7),
            written("b", offset=1, pid=8),
            written("c", offset=2, pid=7),
            marked("commit", 8, 3),
            marked("abort", 7, 4),
            written("d", offset=5, pid=7),
            written("e", offset=6, pid=7, txn=False),
            written("f", offset=7),
            on_partition(1, written("g", offset=0, pid=7)),
            marked("commit", 7, 1, partition=1),
        )
    )

    by_place = {(key[0], key[1]): said for key, said in found.items()}
    assert by_place == {
        (0, 0): "abort",
        (0, 1): "commit",
        (0, 2): "abort",
        (0, 5): "open",
        (1, 0): "commit",
    }


def test_a_marker_of_a_log_that_lives_stands_against_one_of_a_log_that_died():
    dead = log_ends(dead=[1], b1=2, b2=2)

    for first, last in (("abort", "commit"), ("commit", "abort")):
        torn = [*marked(first, 7, 1, on=[1]), *marked(last, 7, 1, on=[2])]
        for ops in (torn, torn[::-1]):
            found = outcomes(indexed(written("a", offset=0, pid=7), dead, ops))
            assert list(found.values()) == [last]


def test_who_asked_for_an_end_and_heard_nothing_is_in_doubt():
    found = indexed(end_asked(7, at=100), end_asked(8, at=200, kind="info"), end_asked(9, at=300))

    assert in_doubt(found) == {(8, 0)}


def test_a_commit_that_was_taken_is_under_way_until_the_next_request():
    later = indexed(end_asked(7, at=100), end_asked(7, at=200, commit=False))

    assert committing(indexed(end_asked(7), end_asked(8, kind="info"))) == {(7, 0)}
    assert committing(later) == frozenset()


def test_an_acknowledgement_in_a_transaction_vouches_for_nothing_unless_it_was_committed():
    found = acknowledgements(
        indexed(
            acknowledged("a", offset=0),
            written("a", offset=0, pid=7),
            marked("abort", 7, 1),
            acknowledged("b", offset=2),
            written("b", offset=2, pid=7),
            marked("commit", 7, 3),
            acknowledged("c", offset=4),
            written("c", offset=4, pid=7),
            acknowledged("d", offset=5),
            written("d", offset=5),
        )
    )

    assert sorted(found.by_id) == ["b", "d"]
    assert len(found.by_batch) == 4


def test_committed_readings_are_kept_apart_from_the_others():
    ops = [
        *read("a", "b", "c", end=9),
        *read_committed("b", "a", "b", offset=4, end=7, altered=[5]),
        *on_partition(2, read_committed("d", offset=3, end=5)),
        *on_partition(2, read_committed(end=4)),
    ]
    found = committed_reads(indexed(handed("a"), ops))

    assert found.first == {"b": 4, "a": 5, "d": spot(2, 3)}
    assert found.again == {"b": {6}}
    assert found.ends == {0: 7, 2: 5}
    assert found.altered == {5}
    assert found.read_ms == 8900


def test_committed_readings_are_the_ones_that_count_where_the_terms_say_so():
    ops = [*read("x", end=9), *read_committed("b", offset=4, end=7, altered=[4])]
    found = committed_reads(indexed(ops, isolation="read_committed"))

    assert (found.first, found.ends, found.altered) == ({"b": 4}, {0: 7}, {4})
