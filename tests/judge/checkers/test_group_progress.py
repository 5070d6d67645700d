"""Stuck groups, pauses of a rebalance, and stalls: time in which nothing was done."""

from __future__ import annotations

import pytest

from histories.copying import INPUT, committed, processed, put
from histories.words import (
    accepted,
    acknowledged,
    ended,
    handed,
    history,
    refused,
    turned_away,
)
from judge.checkers import rebalance_pause, stall, stuck_group
from judge.history import Op
from judge.indexing import index_history

PROMISES = ("stuck_group", "rebalance_pause", "stall")


def checked(checker, parts, options, **terms):
    usual = {"promises": PROMISES, "input_topic": INPUT}
    return checker.check(index_history(history(*parts, **(usual | terms))), **options)


def stuck(*parts, **options):
    return checked(stuck_group, parts, options)


def paused(*parts, **options):
    return checked(rebalance_pause, parts, options)


def stalled(*parts, **options):
    return checked(stall, parts, options)


def causes(result):
    assert (result.kept is False) == bool(result.anomalies)
    return [(anomaly.name, anomaly.cause) for anomaly in result.anomalies]


def members(count, at, state="Stable"):
    detail = {"state": state, "protocol": "classic", "asked_ms": at - 5}
    return [Op(at, "group", "info", "members", id="g", count=count, detail=detail)]


def restarted(at):
    return [Op(at, "program", "info", "exit", detail={"reason": "exited", "code": 1})]


IDS = [f"o{n:03d}" for n in range(100)]
PUT = [op for n, i in enumerate(IDS) for op in put(i, offset=n, at=100 + n * 100)]
"""One record each 100 ms, from 0.1 s to 10 s."""
STEADY = processed(*IDS, at=150, step=100)
END = ended(at=12_000)


def test_it_keeps_the_promise_when_a_group_works_off_what_comes():
    result = stuck(members(1, 50), PUT, STEADY, END, limit_ms=500)

    assert result.kept is True
    assert result.figures["stuck_ms"] < 100


def test_it_finds_a_group_that_has_members_and_does_nothing():
    result = stuck(members(1, 50), PUT, processed(*IDS[:20], at=150, step=100), END, limit_ms=5000)

    assert causes(result) == [("stuck-group", "members-without-progress")]
    assert result.anomalies[0].evidence[0].what == (
        "from 2.101 s to 12.000 s nothing was done; 1 record waited when that began"
    )


def test_it_takes_commits_for_progress_where_there_are_no_side_effects():
    ok = [*members(1, 50), *PUT, *committed(50, at=5000), *committed(100, at=10_500), *END]

    assert stuck(ok, limit_ms=6000).kept is True
    assert stuck(ok, limit_ms=5000).kept is False


def test_it_does_not_call_a_group_stuck_that_nothing_waits_for():
    idle = [*members(1, 50), *PUT[:20], *processed(*IDS[:10], at=150, step=100), *END]

    assert stuck(idle, limit_ms=500).kept is True


def test_it_does_not_call_a_group_stuck_that_has_no_members():
    away = [*members(1, 50), *PUT, *processed(*IDS[:20], at=150, step=100), *members(0, 3000)]

    assert stuck(away, END, limit_ms=2000).kept is True


def test_it_says_so_when_the_time_was_spent_on_restarts():
    crashes = [op for at in (3000, 4000, 5000) for op in restarted(at)]

    result = stuck(members(1, 50), PUT, processed(*IDS[:9], at=150), crashes, END, limit_ms=5000)

    assert causes(result) == [("stuck-group", "restarts-without-progress")]


def test_it_does_not_count_restarts_outside_the_gap():
    crashes = [op for at in (500, 600, 11_999) for op in restarted(at)]
    last = ended(at=12_000)

    result = stuck(members(1, 50), PUT, processed(*IDS[:9], at=650), crashes, last, limit_ms=5000)

    assert causes(result) == [("stuck-group", "members-without-progress")]


def test_it_counts_a_restart_at_the_moment_that_the_gap_began():
    def first_restart(at):
        crashes = [op for each in (at, 3000, 4000) for op in restarted(each)]
        run = [*members(1, 50), *PUT, *processed(*IDS[:9], at=650), *crashes, *END]
        return causes(stuck(run, limit_ms=5000))

    # The tenth record is in the topic from 1.001 s on.
    assert first_restart(1001) == [("stuck-group", "restarts-without-progress")]
    assert first_restart(1000) == [("stuck-group", "members-without-progress")]


def test_it_does_not_count_the_beginning_of_a_program_as_a_restart():
    begun = [Op(at, "program", "info", "started") for at in (3000, 3010, 3020)]

    result = stuck(members(1, 50), PUT, processed(*IDS[:9], at=150), begun, END, limit_ms=5000)

    assert causes(result) == [("stuck-group", "members-without-progress")]


def test_it_allows_what_just_reaches_the_limit():
    late = [*members(1, 50), *put("o", at=99), *processed("o", at=10_100), *END]

    assert stuck(late).kept is True
    assert stuck(members(1, 50), put("o", at=99), processed("o", at=10_101), END).kept is False


def test_it_says_so_when_the_time_was_spent_on_rebalances():
    again = [op for n in range(4) for op in (
        *members(2, 3000 + n * 1000, "PreparingRebalance"), *members(2, 3500 + n * 1000),
    )]  # fmt: skip

    result = stuck(members(1, 50), PUT, processed(*IDS[:9], at=150), again, END, limit_ms=5000)

    assert causes(result) == [("stuck-group", "rebalances-without-progress")]
    rests = [members(2, at) for at in (3000, 4000, 5000)]
    exact = stuck(members(1, 50), PUT, processed(*IDS[:9], at=150), *rests, END, limit_ms=5000)
    assert causes(exact) == [("stuck-group", "rebalances-without-progress")]
    last = stuck(members(1, 50), PUT, processed(*IDS[:9], at=150), *rests[:2], members(3, 12_000),
                 END, limit_ms=5000)  # fmt: skip
    assert causes(last) == [("stuck-group", "members-without-progress")]


def test_it_says_how_long_it_was_when_nothing_waited():
    assert stuck(members(1, 50), put("o", at=99), processed("o", at=100), END).figures == {
        "stuck_ms": 0.0
    }


@pytest.mark.parametrize(
    ("checker", "parts", "why"),
    [
        (stuck_group, [PUT, STEADY, END], "nothing was seen of the group's members"),
        (stuck_group, [members(1, 50), END], "no record is known to have waited"),
        (rebalance_pause, [PUT, STEADY, END], "nothing was seen of the group's members"),
        (rebalance_pause, [members(1, 50), END], "no record is known to have waited"),
        (stall, [processed("o000")], "no order was handed"),
    ],
)
def test_it_says_why_it_cannot_tell(checker, parts, why):
    result = checked(checker, parts, {})

    assert (result.kept, result.summary) == (None, why)


@pytest.mark.parametrize("parts", [[PUT, STEADY, END], [members(1, 50), END]])
def test_it_cannot_tell_without_members_or_records(parts):
    assert stuck(*parts).kept is None


def test_it_says_nothing_when_no_lab_asks():
    for checker in (stuck_group, rebalance_pause, stall):
        result = checked(checker, [members(1, 50), PUT, END], {}, promises=())
        assert (result.kept, result.anomalies) == (None, ())


JOINED = [*members(1, 50), *members(2, 4000, "PreparingRebalance"), *members(2, 4600)]
BEFORE = processed(*IDS[:38], at=150, step=100)


def test_it_allows_a_short_pause_around_a_rebalance():
    result = paused(JOINED, PUT, BEFORE, processed(*IDS[38:], at=4700, step=90), END)

    assert result.kept is True
    assert result.figures == {"rebalances": 1, "longest_pause_ms": 799.0}
    assert result.summary == "1 rebalance, the longest pause 0.799 s"


def test_it_finds_a_pause_that_is_too_long():
    result = paused(
        JOINED, PUT, BEFORE, processed(*IDS[38:], at=4700, step=90), END, max_pause_ms=700
    )

    assert causes(result) == [("rebalance-pause", "paused-too-long")]
    assert result.anomalies[0].evidence[0].what == (
        "group g came to rest with 2 members at 4.600 s; nothing was done from 3.901 s to "
        "4.700 s, while records waited"
    )


def test_it_does_not_count_a_pause_far_from_any_rebalance():
    late = [*processed(*IDS[38:60], at=4700, step=50), *processed(*IDS[60:], at=11_000, step=1)]

    assert paused(JOINED, PUT, BEFORE, late, END, max_pause_ms=2000).kept is True


def test_it_does_not_take_the_start_of_a_group_for_a_rebalance():
    late = processed(*IDS, at=9000, step=10)

    result = paused(members(1, 8900), PUT, late, END, max_pause_ms=500)

    assert result.kept is True
    assert result.figures == {"rebalances": 0, "longest_pause_ms": 0.0}


def test_it_counts_the_rebalances():
    result = paused(JOINED, members(3, 6000), members(2, 7000), PUT, STEADY, END, max_rebalances=2)

    assert causes(result) == [("rebalance-pause", "too-many-rebalances")]
    assert result.figures["rebalances"] == 3
    again = [*JOINED, *members(3, 6000), *members(2, 7000), *PUT, *STEADY, *END]
    assert paused(again, max_rebalances=3).kept is True
    assert paused(again).kept is True


def test_it_allows_a_pause_that_just_reaches_the_limit():
    def back(at):
        return [*JOINED, *PUT, *BEFORE, *processed(*IDS[38:], at=at, step=1), *END]

    assert paused(back(8901)).kept is True
    assert paused(back(8902)).kept is False
    assert paused(back(8901), max_pause_ms=4999).kept is False


def test_it_shows_the_first_of_two_pauses_that_are_as_long():
    done = [op for i, at in (("a", 3500), ("b", 4000), ("c", 4500)) for op in processed(i, at=at)]

    result = paused(JOINED, put("a", "b", "c", at=99), done, END, max_pause_ms=400)

    assert [row.t_ms for row in result.anomalies[0].evidence] == [3500]


def test_it_looks_a_second_before_and_after_a_rebalance():
    def at(gone, back):
        ops = [*put("a", "b", at=99), *processed("a", at=gone), *processed("b", at=back)]
        return paused(JOINED, ops, END, max_pause_ms=10)

    # The group began to rebalance by 3.995 s and came to rest at 4.600 s.
    assert at(2000, 2994).kept is True
    assert at(2000, 2995).kept is False
    assert at(5600, 5700).kept is False
    assert at(5601, 5700).kept is True


ORDERS = [op for n, i in enumerate(IDS) for op in handed(i, at=100 + n * 100)]


def test_it_finds_no_stall_in_steady_success():
    result = stalled(ORDERS, processed(*IDS, at=150, step=100), limit_ms=200)

    assert (result.kept, result.summary) == (True, "the longest gap was 0.100 s")


@pytest.mark.parametrize(
    ("source", "ops"),
    [
        ("processed", [*processed("o000", at=200), *processed("o001", at=6000)]),
        ("accepted", [*accepted("o000", at=200), *accepted("o001", at=6000)]),
        ("acknowledged", [*acknowledged("o000", at=200), *acknowledged("o001", at=6000)]),
        ("committed", [*committed(1, at=200), *committed(2, at=6000)]),
    ],
)
def test_it_finds_a_gap_between_successes_of_any_kind(source, ops):
    result = stalled(ORDERS, ops, source=source)

    assert causes(result) == [("stall", "gap-too-long")]
    assert result.anomalies[0].evidence[0].what == f"nothing was {source} from 0.200 s to 6.000 s"


@pytest.mark.parametrize(
    ("source", "no"),
    [
        ("acknowledged", turned_away("o001", at=3000)),
        ("committed", committed(2, at=3000, kind="fail")),
        ("committed", committed(2, at=3000, kind="info")),
        ("accepted", refused("o001", at=3000)),
    ],
)
def test_it_takes_no_refusal_for_a_success(source, no):
    yes = {
        "acknowledged": [*acknowledged("o000", at=200), *acknowledged("o001", at=6000)],
        "committed": [*committed(1, at=200), *committed(2, at=6000)],
        "accepted": [*accepted("o000", at=200), *accepted("o001", at=6000)],
    }

    assert stalled(ORDERS, yes[source], no, source=source).figures["longest_gap_ms"] == 5800


def test_it_finds_a_stall_that_lasts_to_the_end():
    assert causes(stalled(ORDERS, processed("o000", at=200))) == [("stall", "gap-too-long")]


def test_it_does_not_count_the_time_after_the_last_order():
    assert stalled(ORDERS[:1], processed("o000", at=200), ended(at=60_000)).kept is True


def test_it_allows_a_gap_that_just_reaches_the_limit():
    assert stalled(ORDERS, processed("o000", "o001", "o002", at=100, step=5000)).kept is True
    assert stalled(ORDERS, processed("o000", "o001", "o002", at=100, step=5001)).kept is False


def test_it_finds_that_there_was_no_success_at_all():
    result = stalled(ORDERS)

    assert causes(result) == [("stall", "no-success")]
    assert result.anomalies[0].count == 1
    assert result.anomalies[0].evidence[0].t_ms == 100


def test_it_cannot_tell_a_stall_when_no_order_was_handed():
    assert stalled(processed("o000")).kept is None
