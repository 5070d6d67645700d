"""Alerts: who was told of what, by the learner's rules on what the cluster went through."""

from __future__ import annotations

from dataclasses import replace

import pytest

from histories.watching import back, begun, dark, decided, healed, patched, proved, watched
from histories.words import TOPIC, handed
from judge.checkers import alerts
from judge.history import Op
from judge.indexing import index_history
from judge.judging import judge_history


def rule(when, for_s=0.0, severity="page", name=None):
    return f"""[[alert]]
name = "{name or severity + " on " + when}"
when = "{when}"
for_s = {for_s}
severity = "{severity}"
"""


UNDER = "under_min_isr_partitions > 0"
MISSING = "under_replicated_partitions > 0"
GOOD = rule(UNDER, 2) + rule(MISSING, 5, "ticket")


def check(rules, *parts, clear_within_ms=10_000, **terms):
    history = index_history(watched(*parts, rules=rules, **terms))
    return alerts.check(history, clear_within_ms=clear_within_ms)


def causes(result):
    assert (result.kept is False) == bool(result.anomalies)
    return [(anomaly.name, anomaly.cause) for anomaly in result.anomalies]


def told(result):
    return [row.what for anomaly in result.anomalies for row in anomaly.evidence]


def test_it_is_kept_when_everybody_is_told_what_is_theirs():
    result = check(GOOD, patched(), dark())

    assert result.kept is True
    assert result.summary == "1 page and 1 ticket, each where it was due"
    assert result.figures == {"rules": 2, "pages": 1, "tickets": 1}


def test_a_page_on_patch_day_is_false():
    result = check(rule(MISSING) + GOOD, patched(), dark())

    assert causes(result) == [("false-page", "paged-without-need")]
    assert result.anomalies[0].count == 1
    assert result.anomalies[0].summary == (
        f"the page “page on {MISSING}” fired at 10.100 s, "
        "and the fault restart broker calls for no page"
    )
    assert told(result) == [
        f"page “page on {MISSING}” ({MISSING}, for 0 s) fired from 10.100 s to 14.000 s; "
        "at 10.100 s under_replicated_partitions = 1"
    ]
    assert result.anomalies[0].evidence[0].detail == {"under_replicated_partitions": 1.0}


def test_it_counts_pages_of_one_kind_together():
    result = check(rule(MISSING), patched(), patched(20_000, known_as="next"))

    assert result.anomalies[0].count == 2
    assert result.anomalies[0].summary.endswith("calls for no page, and 1 other like it")
    assert [row.t_ms for row in result.anomalies[0].evidence] == [10_100, 20_100]


def test_a_page_that_waits_for_longer_than_a_patch_takes_is_not_false():
    assert check(rule(MISSING, 3.9) + rule(UNDER), patched(), dark()).kept is True
    assert check(rule(MISSING, 3.8) + rule(UNDER), patched(), dark()).kept is False


def test_a_page_while_nothing_is_wrong_is_false():
    result = check(GOOD + rule("active_brokers < 4"), patched(), dark())

    assert ("false-page", "paged-for-nothing") in causes(result)
    assert "fired at 0.000 s, while nothing was wrong" in result.summary


def test_nobody_is_blamed_for_a_page_on_a_fault_of_which_nothing_is_asked():
    assert check(rule(MISSING), patched(alert="")).kept is True
    assert check(rule(MISSING), patched(), begun("slow_link", 10_050)).kept is False
    assert check(rule(MISSING), patched(), begun("slow_link", 10_100)).kept is True


def test_a_fault_lasts_until_every_replica_is_in_sync_again():
    early = [op for op in patched(alert="") if op.f != "healed"] + healed("restart_broker", 11_000)
    headless = decided(15_000, None, (1, 2, 3))

    assert check(rule(MISSING, 1.5), early).kept is True
    assert causes(check(rule("offline_partitions > 0"), early, headless)) == [
        ("false-page", "paged-for-nothing")
    ]


def test_it_cannot_tell_when_a_replica_fell_behind_that_nobody_had_hurt():
    flap = decided(20_000, 1, (1, 2), offset=10_001) + decided(20_500, 1, (1, 2, 3), offset=10_002)

    result = check(rule(MISSING), patched(), flap)

    assert (result.kept, result.anomalies) == (None, ())
    assert result.summary.endswith("at 20.000 s, and nobody had hurt it")


def test_it_says_how_far_the_metrics_went_when_no_condition_held():
    result = check(rule("offline_partitions > 0"), dark())

    assert causes(result) == [("missed-page", "never-paged")]
    assert result.anomalies[0].summary == (
        "the fault kill brokers took hold at 30.050 s, and no page began to fire by 40.050 s"
    )
    assert result.anomalies[0].evidence[0].t_ms == 30_050
    assert told(result)[1] == (
        "page “page on offline_partitions > 0” (offline_partitions > 0, for 0 s): "
        "its condition never held; at most offline_partitions = 0"
    )


def test_it_says_for_how_long_a_condition_held_that_is_too_patient():
    result = check(rule(UNDER, 60), dark())

    assert causes(result) == [("missed-page", "page-too-patient")]
    assert told(result)[1].endswith("its condition held from 31.500 s to 44.500 s")


def test_a_page_is_late_after_its_time():
    assert check(rule(UNDER, 8.55), dark()).kept is True
    assert causes(check(rule(UNDER, 8.551), dark())) == [("missed-page", "paged-too-late")]


def test_a_ticket_wakes_nobody():
    ticket = rule(UNDER, 2, "ticket")

    assert causes(check(ticket, dark())) == [("missed-page", "only-a-ticket")]
    assert causes(check("", dark())) == [("missed-page", "never-paged")]


def test_a_page_that_fired_before_the_fault_tells_nobody_anything():
    always = rule("leader_elections_total < 1")

    result = check(always, begun("slow_link", 0), dark(), clear_within_ms=90_000)

    assert causes(result) == [("missed-page", "already-paging")]


@pytest.mark.parametrize(
    ("rules", "cause"),
    [
        (rule(MISSING, 2, "ticket"), None),
        (rule(MISSING, 3.9, "ticket"), "ticket-too-patient"),
        (rule(MISSING, 3.5, "ticket"), "ticket-too-late"),
        (rule("active_brokers > 0", 0, "ticket"), "ticket-already-open"),
        (rule(UNDER, 0, "ticket"), "no-ticket"),
        ("", "no-ticket"),
    ],
)
def test_a_ticket_is_due_as_a_page_is(rules, cause):
    result = check(rules, patched(alert="ticket", alert_within_s=3))

    assert causes(result) == ([("missed-ticket", cause)] if cause else [])


def test_a_page_where_a_ticket_was_due_is_false_and_no_ticket():
    result = check(rule(MISSING), patched(alert="ticket", alert_within_s=3))

    assert causes(result) == [("false-page", "paged-without-need"), ("missed-ticket", "no-ticket")]


def test_a_page_must_end_soon_after_everything_is_whole():
    latch = rule("increase(leader_elections_total, 20) > 0")

    assert check(latch, dark(), clear_within_ms=6400).kept is True
    result = check(latch, dark(), clear_within_ms=6300)

    assert causes(result) == [("false-page", "paged-on-after-recovery")]
    assert "still fired at 51.400 s, long after the cluster was whole again" in result.summary
    assert result.anomalies[0].evidence[0].t_ms == 51_400


def test_a_page_may_go_on_from_one_fault_into_the_next():
    latch = rule("increase(leader_elections_total, 20) > 0")

    assert check(latch, dark(), patched(46_000, alert=""), clear_within_ms=2000).kept is True


def test_it_cannot_tell_where_the_run_ended_before_an_alert_was_due():
    cut = [op for op in dark() if op.t_ms < 35_000]

    result = check(rule(UNDER, 9), cut, until=40_000)

    assert (result.kept, result.anomalies) == (None, ())
    assert result.summary.startswith("the run ended at 40.000 s, before an alert was due")
    assert check(rule(UNDER, 9), cut, until=40_050).kept is False
    assert check(rule(UNDER, 2), cut, until=40_000).kept is True


def test_it_asks_nothing_for_a_fault_that_never_struck():
    lurking = begun("late_commit", 30_000, alert="page", alert_within_s=1, optional=True)

    assert check(GOOD, lurking).kept is True


def test_it_cannot_tell_what_the_run_does_not_show():
    result = check(rule("active_brokers < 2"), dark(), brokers=0)

    assert (result.kept, result.summary) == (None, "the run does not show active_brokers")


def test_it_is_silent_in_a_lab_that_takes_no_rules():
    assert check(None, patched(), dark()).kept is None


def test_orders_that_wait_are_a_symptom_like_any_other():
    asked = handed(*(f"o{n}" for n in range(50)), at=31_000)
    stored = [
        Op(44_000, "ledger", "ok", "send", id=f"o{n}", topic=TOPIC, partition=0, offset=n)
        for n in range(50)
    ]

    assert check(rule("orders_waiting > 40", 3), patched(), dark(), asked, stored).kept is True
    assert check(rule("orders_waiting > 50", 3), patched(), dark(), asked, stored).kept is False


def test_the_same_operations_in_another_order_give_the_same():
    ops = watched(patched(), dark(), rules=rule(MISSING))

    assert judge_history(ops).to_json() == judge_history([ops[0], *reversed(ops[1:])]).to_json()


def test_the_metadata_log_decides_where_two_changes_have_one_moment():
    first, second = decided(20_000, 1, (1,))[0], decided(20_000, 1, (1, 2, 3))[0]

    link = [*begun("slow_link", 19_000), *healed("slow_link", 21_000)]

    assert check(rule(UNDER), link, [replace(second, t_ms=20_000.0), first]).kept is True


def test_pages_are_told_in_the_order_in_which_they_fired():
    result = check(rule(MISSING, 3, name="late") + rule(MISSING, 1, name="soon"), patched())

    assert [row.t_ms for row in result.anomalies[0].evidence] == [11_100, 13_100]
    assert "the page “soon” fired at 11.100 s" in result.summary


def test_a_condition_without_a_metric_is_shown_without_one():
    assert told(check(rule("2 > 1"), patched()))[0].endswith("at 0.000 s no metric")


def test_it_shows_of_each_missed_page_how_near_it_came_at_that_time():
    result = check(rule(MISSING, 60), patched(alert="page", alert_within_s=5), dark())

    assert causes(result) == [("missed-page", "page-too-patient")]
    assert result.anomalies[0].count == 2
    first, near, second, near_again = told(result)
    assert "fault restart broker took hold at 10.200 s" in first
    assert near.endswith("its condition held from 10.100 s to 14.000 s")
    assert "fault kill brokers took hold at 30.050 s" in second
    assert near_again.endswith("its condition held from 31.500 s to 45.000 s")


def test_it_shows_the_longest_of_several_times():
    flapping = [op for op in dark() if op.t_ms < 40_000]
    flapping += [*decided(40_000, 1, (1, 2)), *decided(41_000, 1, (1,))]
    flapping += [*decided(44_000, 1, (1, 2, 3)), *back(2, 44_000), *back(3, 44_000)]

    result = check(rule(UNDER, 60), flapping)

    assert told(result)[1].endswith("its condition held from 31.500 s to 40.000 s")


def test_what_comes_after_a_fault_is_no_part_of_it():
    headless = [*decided(50_000, None, (1, 2, 3)), *decided(51_000, 1, (1, 2, 3))]

    result = check(rule("offline_partitions > 0", 60), dark(), headless)

    assert causes(result) == [("missed-page", "never-paged")]
    assert told(result)[1].endswith("at most offline_partitions = 0")


def strike(begin, due, over, **asked):
    """A fault in three moments; under its floor from 31.5 s to 33 s, by another one."""
    return [
        *begun("lose_packets", 31_400),
        *healed("lose_packets", 33_500),
        *begun("slow_link", begin, alert="page", alert_within_s=(due - begin) / 1000, **asked),
        *proved("slow_link", begin),
        *decided(31_500, 1, (1,)),
        *decided(33_000, 1, (1, 2, 3)),
        *healed("slow_link", over),
    ]


@pytest.mark.parametrize(
    ("begin", "due", "over", "cause"),
    [
        (31_500, 32_000, 35_000, None),
        (31_501, 32_000, 35_000, "already-paging"),
        (30_000, 31_500, 35_000, None),
        (30_000, 31_499, 35_000, "paged-too-late"),
        (33_000, 34_000, 35_000, "never-paged"),
        (32_999, 34_000, 35_000, "already-paging"),
    ],
)
def test_it_holds_the_moments_of_a_fault_to_the_letter(begin, due, over, cause):
    result = check(rule(UNDER), strike(begin, due, over), clear_within_ms=90_000)

    found = [word for name, word in causes(result) if name == "missed-page"]
    assert found == ([cause] if cause else [])


@pytest.mark.parametrize(("begin", "due"), [(31_500, 32_000), (30_000, 31_500)])
def test_a_ticket_at_the_first_and_at_the_last_moment_is_one(begin, due):
    result = check(rule(UNDER, 0, "ticket"), strike(begin, due, 35_000))

    assert causes(result) == [("missed-page", "only-a-ticket")]


def test_a_page_at_the_last_moment_of_a_fault_came_too_late():
    headless = [*decided(35_000, None, (1, 2, 3)), *decided(35_000, 1, (1, 2, 3))]
    late = [*strike(30_000, 31_000, 35_000), *begun("slow_broker", 35_000, known_as="next")]

    result = check(rule("increase(leader_elections_total, 1) > 0"), late, headless)
    assert causes(result) == [("missed-page", "never-paged")]
    moved = decided(35_000, 2, (1, 2, 3), election="clean")
    result = check(rule("increase(leader_elections_total, 1) > 0"), late, moved)
    assert causes(result) == [("missed-page", "paged-too-late")]
    result = check(rule("increase(leader_elections_total, 1) > 0", 5), late, moved)
    assert causes(result) == [("missed-page", "page-too-patient")]


LATCH = rule("increase(leader_elections_total, 20) > 0")


def test_a_quiet_fault_does_not_make_a_page_longer():
    assert check(LATCH, dark(), patched(46_000), clear_within_ms=2000).kept is False


def test_a_fault_to_come_does_not_make_a_page_longer():
    assert check(LATCH, dark(), patched(55_000, alert=""), clear_within_ms=2000).kept is False


def test_a_page_may_go_on_for_ten_seconds_where_the_lab_says_nothing():
    ops = watched(dark(), rules=rule("increase(leader_elections_total, 23.6005) > 0"))

    assert alerts.check(index_history(ops)).kept is False
    ops = watched(dark(), rules=rule("increase(leader_elections_total, 23.6) > 0"))
    assert alerts.check(index_history(ops)).kept is True
