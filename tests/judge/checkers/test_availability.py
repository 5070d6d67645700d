"""Availability: orders answered throughout, and accepted again after the recovery."""

from __future__ import annotations

import pytest

from histories.words import (
    accepted,
    acknowledged,
    canary_acknowledged,
    ended,
    handed,
    healthy,
    held,
    history,
    killed,
    led_by,
    read,
    refused,
    served,
    stored,
    turned_away,
    unanswered,
)
from judge.checkers import availability
from judge.history import Op
from judge.indexing import index_history

FAULT = [
    *healthy(),
    *held(until=1000),
    *killed(2, at=900),
    *led_by(None, [], at=2000),
    *led_by(3, [1, 3], at=3000),
]
"""Recovered at 3,000 ms, when broker 3 leads."""

UNREADABLE = [
    *handed("o1", at=4000),
    *acknowledged("o1", acks=1, by=3, offset=0, at=4010),
    *accepted("o1", at=4011),
    *stored("o1", on=[1, 3], offset=0, epoch=5),
    *read(end=0),
]
"""An order that both live brokers hold and no reader gets."""


def check(*parts, options=None, **terms):
    found = index_history(history(*parts, **terms))
    return availability.check(found, **(options or {}))


def cause(result):
    return [(anomaly.name, anomaly.cause) for anomaly in result.anomalies]


def orders(count, at, answer, step=25, name="a"):
    ops = []
    for number in range(count):
        t = at + number * step
        ops += handed(f"{name}{number:03d}", at=t) + answer(f"{name}{number:03d}", at=t + 10)
    return ops


def test_it_keeps_the_promise_when_orders_are_accepted_again():
    result = check(FAULT, served(), ended())

    assert result.kept is True
    assert result.figures["recovered_ms"] == 3000
    assert result.figures["accepted_again_after_ms"] == 511


def test_it_allows_honest_refusals_while_the_fault_holds():
    refusals = orders(40, at=500, answer=refused)

    assert check(FAULT, refusals, served(), ended()).kept is True


def test_it_fails_a_service_that_refuses_everything_after_the_recovery():
    result = check(FAULT, orders(40, at=3500, answer=refused), ended())

    assert cause(result) == [("unavailable", "refused-after-failover")]
    assert result.summary == "no order was accepted after the cluster had recovered"
    assert result.anomalies[0].evidence[0].what == (
        "order a020, handed at 4.000 s, was refused at 4.010 s; "
        "the cluster had recovered at 3.000 s"
    )


def test_it_fails_a_service_that_accepts_again_too_late():
    refusals = orders(200, at=3100, answer=refused)
    late = orders(40, at=9500, answer=accepted, name="b")

    result = check(FAULT, refusals, late, ended(at=12000))

    assert cause(result) == [("unavailable", "refused-after-failover")]
    assert "was accepted only 6.510 s later" in result.summary


def test_it_fails_a_service_that_takes_only_few_orders_after_the_recovery():
    mixed = orders(10, at=3200, answer=accepted) + orders(60, at=3600, answer=refused, name="b")

    result = check(FAULT, mixed, ended())

    assert cause(result) == [("unavailable", "refused-after-failover")]


def test_it_waits_as_long_as_the_lab_allows():
    refusals = orders(200, at=3100, answer=refused)
    late = orders(40, at=9500, answer=accepted, name="b")

    result = check(
        FAULT,
        refusals,
        late,
        ended(at=12000),
        options={"accept_again_within_ms": 7000, "min_accepted_after": 0.4},
    )

    assert result.kept is True


def test_it_fails_a_live_program_that_leaves_orders_open():
    silent = handed(*(f"q{number}" for number in range(10)), at=600)

    result = check(FAULT, silent, served(), ended("killed-by-us", None))

    assert cause(result) == [("unavailable", "no-answers")]
    assert result.anomalies[0].count == 10


def test_it_tolerates_one_order_in_twenty_without_an_answer():
    alive = ended("killed-by-us", None)

    assert check(FAULT, handed("q1", "q2", at=600), served(), alive).kept is True


def test_it_tolerates_as_many_orders_without_an_answer_as_the_lab_allows():
    alive = ended("killed-by-us", None)

    def left_open(count):
        silent = handed(*(f"q{number}" for number in range(count)), at=600)
        run = [*FAULT, *silent, *served(40 - count), *alive]
        return check(run, options={"min_answered": 0.75}).kept

    assert (left_open(10), left_open(11)) == (True, False)


def test_it_shows_the_orders_that_are_open_and_no_others():
    silent = handed("q1", "q2", "q3", at=600)
    mixed = orders(10, at=100, answer=refused, name="r")

    result = check(FAULT, silent, mixed, served(), ended("killed-by-us", None))

    assert [row.id for row in result.anomalies[0].evidence] == ["q1", "q2", "q3"]
    assert result.summary == "3 of 53 orders got no answer"


def test_it_shows_of_many_open_orders_the_one_nearest_to_the_first_death():
    silent = [op for n in range(20) for op in handed(f"q{n:02d}", at=600 + n * 100)]

    result = check(FAULT, killed(1, at=1900), silent, served(), ended("killed-by-us", None))

    shown = [row.id for row in result.anomalies[0].evidence]
    assert shown == ["q00", "q02", "q03", "q04", "q07", "q09", "q11", "q19"]


def test_it_leaves_the_open_orders_of_a_program_that_exited_to_its_own_checker():
    silent = handed(*(f"q{number}" for number in range(10)), at=600)

    assert check(FAULT, silent, served(), ended("exited", 0)).kept is True


@pytest.mark.parametrize(
    "end", [[], [Op(8000, "program", "info", "exit")]], ids=["unseen", "unexplained"]
)
def test_it_takes_a_program_whose_end_nobody_explains_for_alive(end):
    silent = handed(*(f"q{number}" for number in range(10)), at=600)

    assert cause(check(FAULT, silent, served(), end)) == [("unavailable", "no-answers")]


def test_it_leaves_a_program_that_never_answered_to_its_own_checker():
    silent = handed(*(f"q{number}" for number in range(40)), at=3600)

    result = check(FAULT, silent, ended("killed-by-us", None))

    assert cause(result) == [("unavailable", "refused-after-failover")]
    assert result.summary == "no order was accepted after the cluster had recovered"
    assert "got no answer" in result.anomalies[0].evidence[0].what


def test_it_leaves_a_program_that_ended_before_the_recovery_to_its_own_checker():
    result = check(FAULT, orders(40, at=100, answer=accepted, step=5), ended(at=700))

    assert result.kept is None
    assert result.summary == "the program had ended before the cluster recovered"
    assert result.anomalies == ()


def test_it_judges_no_program_that_ended_at_the_moment_of_the_recovery():
    refusals = orders(40, at=3000, answer=refused)

    assert check(FAULT, refusals, ended(at=3000)).kept is None
    assert check(FAULT, refusals, ended(at=3001)).kept is False


def test_it_cannot_tell_when_nobody_leads_again():
    result = check(healthy(), killed(2), led_by(None, [], at=2000), ended())

    assert result.kept is None


def test_it_cannot_tell_when_too_few_orders_came_after_the_recovery():
    assert check(FAULT, orders(5, at=3500, answer=refused), ended()).kept is None


def test_it_keeps_the_promise_when_one_of_few_orders_was_accepted_again():
    result = check(FAULT, orders(5, at=3500.12345, answer=accepted), ended())

    assert (result.kept, result.summary) == (
        True, "orders were accepted again 0.510 s after the recovery"
    )  # fmt: skip
    assert result.figures["accepted_again_after_ms"] == 510.123


def test_it_waits_six_seconds_when_the_lab_says_nothing():
    def first_accepted(at):
        first = [*handed("a", at=8990), *accepted("a", at=at)]
        return check(FAULT, first, orders(30, at=9100, answer=accepted, name="b")).kept

    assert (first_accepted(9000), first_accepted(9001)) == (True, False)


def test_it_counts_from_the_last_time_that_the_topic_became_led():
    again = [*led_by(None, [], at=4000), *led_by(1, [1, 3], at=5000)]

    result = check(FAULT, again, served(at=5200), ended(at=9000))

    assert result.figures["recovered_ms"] == 5000


def test_it_counts_from_the_heal_when_that_comes_last():
    late = [*healthy(), *held(until=4400), *killed(2, at=900), *led_by(3, [3], at=3000)]

    result = check(late, served(at=4500), ended(at=9000))

    assert result.figures["recovered_ms"] == 4400


def test_it_fails_records_that_the_topics_own_floor_keeps_from_readers():
    floor = {"topic": {"min.insync.replicas": "3"}}

    result = check(FAULT, UNREADABLE, served(), ended(), settings=floor)

    assert ("unavailable", "unreadable-after-failover") in cause(result)


def test_it_does_not_blame_the_floor_for_a_record_above_the_high_watermark_of_a_full_isr():
    result = check(FAULT, UNREADABLE, served(), ended())

    assert (result.kept, result.anomalies) == (True, ())


IN_FITS = canary_acknowledged(3100, 3110, 3700, 3710, 4300, 4310, 4900)
STEADY = canary_acknowledged(*range(3100, 5000, 20))
REFUSED = orders(40, at=3200, answer=refused)


def test_it_counts_from_when_our_own_careful_producer_is_served_again():
    result = check(FAULT, canary_acknowledged(3600, 3620), served(at=3700), ended())

    assert result.figures["recovered_ms"] == 3600


def test_it_cannot_tell_a_recovery_that_our_own_producer_did_not_see():
    assert check(FAULT, canary_acknowledged(100, 200), served(), ended()).kept is None


def test_it_cannot_tell_when_the_cluster_served_everybody_in_fits_and_starts():
    slow = unanswered("a001", by=3, at=6000, sent=3300)

    result = check(FAULT, IN_FITS, slow, REFUSED, ended())

    assert result.kept is None
    assert result.summary == "the cluster was too slow to judge the service by its answers"


def test_it_cannot_tell_why_orders_are_open_when_the_cluster_served_in_fits_and_starts():
    slow = acknowledged("q0", by=3, at=6000, sent=3300)
    silent = handed(*(f"q{number}" for number in range(10)), at=3300)

    result = check(FAULT, IN_FITS, slow, silent, served(), ended("wall-clock", None))

    assert (result.kept, result.anomalies) == (None, ())


def test_it_cannot_tell_why_so_few_were_accepted_when_the_cluster_served_in_fits_and_starts():
    slow = unanswered("a001", by=3, at=6000, sent=3300)
    few = orders(10, at=3200, answer=accepted) + orders(60, at=3600, answer=refused, name="b")

    assert check(FAULT, IN_FITS, slow, few, ended()).kept is None


def test_it_cannot_tell_why_the_first_came_late_when_the_cluster_served_in_fits_and_starts():
    slow = unanswered("a001", by=3, at=6000, sent=3300)
    late = orders(200, at=3100, answer=refused)
    late += orders(40, at=9500, answer=accepted, name="b")

    assert check(FAULT, IN_FITS, slow, late, ended(at=12000)).kept is None


def test_it_needs_no_excuse_for_a_service_that_took_orders_all_the_same():
    slow = unanswered("a001", by=3, at=6000, sent=3300)

    assert check(FAULT, IN_FITS, slow, served(), ended()).kept is True


def test_it_makes_no_excuse_on_a_steady_cluster():
    slow = unanswered("a001", by=3, at=6000, sent=3300)

    assert check(FAULT, STEADY, slow, REFUSED, ended()).kept is False


def test_it_makes_no_excuse_for_a_program_that_sends_nothing():
    assert check(FAULT, IN_FITS, REFUSED, ended()).kept is False


def test_it_makes_no_excuse_for_batches_that_a_broker_refuses():
    no = turned_away("a001", by=3, at=6000, sent=3300)

    assert check(FAULT, IN_FITS, no, REFUSED, ended()).kept is False


def test_it_names_refusals_that_nothing_excuses_where_a_lab_asks_for_it():
    run = [*FAULT, *served(), *orders(20, at=100, answer=refused, name="r"), *ended()]

    result = check(run, options={"min_accepted": 0.99})

    assert ("unavailable", "refused-without-need") in cause(result)
    assert result.kept is False


def test_it_bears_as_many_refusals_as_the_lab_allows():
    def refusing(count):
        refusals = orders(count, at=100, answer=refused, name="r")
        return check(FAULT, served(40), refusals, ended(), options={"min_accepted": 0.5}).kept

    assert (refusing(40), refusing(41)) == (True, False)


def test_it_bears_honest_refusals_where_no_lab_asks_for_more():
    run = [*FAULT, *served(), *orders(20, at=100, answer=refused, name="r"), *ended()]

    assert check(run).kept is True


def unexpected(*parts):
    """The check of a program that need not answer, by the lab's word."""
    run = history(*parts, options={"program": {"expects": "nothing"}})
    return availability.check(index_history(run))


def test_it_is_silent_where_nothing_answers_orders():
    silent = [op for t in range(100, 12_000, 50) for op in handed(f"q{t}", at=t)]

    result = unexpected(FAULT, silent, ended(at=15_000))

    assert (result.kept, result.anomalies) == (None, ())
    assert result.summary == "nothing here answers orders"


def test_it_judges_answers_that_nobody_expects():
    one = [*handed("a", at=3500), *accepted("a", at=3510)]
    silent = [op for t in range(3600, 8000, 50) for op in handed(f"q{t}", at=t)]

    result = unexpected(FAULT, one, silent, ended())

    assert cause(result) == [("unavailable", "refused-after-failover")]
