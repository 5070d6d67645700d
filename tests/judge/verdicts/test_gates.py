"""The gates: each holds on a sound run and says why it does not on a broken one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from histories.words import (
    CANARIES,
    TOPIC,
    accepted,
    acknowledged,
    canaries,
    ended,
    handed,
    healthy,
    held,
    history,
    killed,
    led_by,
    on_partition,
    pressure,
    read,
    served,
    served_ids,
    sound_run,
    stored,
)
from judge.errors import JudgeError
from judge.gates import GATES, first_broken
from judge.history import Op
from judge.indexing import index_history
from judge.judging import judge_history
from judge.terms import closing


def sentence(*parts):
    return first_broken(index_history(history(*parts)))[1]


def broken(*parts, **terms):
    found = first_broken(index_history(history(*parts, **terms)))
    return found and found[0]


def without(*names):
    """A sound run with orders, without the operations of these names."""
    ops = [*sound_run(), *served(), *read(*served_ids(), offset=1000)]
    return [op for op in ops if op.f not in names]


def test_it_lets_a_sound_run_through():
    assert broken(without()) is None


def test_it_stops_at_a_failure_of_ours_under_the_failures_own_name():
    error = JudgeError("broker-did-not-start", "broker 2 did not start")

    assert broken(without(), [closing(1, {}, error=error)]) == "broker-did-not-start"


def test_it_stops_at_a_history_that_was_cut_off():
    ops = [op for op in history(without()) if op.f != "end"]

    assert first_broken(index_history(ops))[0] == "judge-error"


def test_it_stops_when_the_program_could_not_be_started_by_us():
    assert broken(without("exit"), ended("start-failed", None)) == "judge-error"


@pytest.mark.parametrize("topic", [TOPIC, *CANARIES])
def test_it_stops_when_a_replica_was_out_of_sync_before_the_fault(topic):
    assert broken(without(), led_by(2, [2, 3], at=300, topic=topic)) == "cluster-not-healthy"


def test_it_stops_when_nobody_led_before_the_fault():
    assert broken(without(), led_by(None, [1, 2, 3], at=300)) == "cluster-not-healthy"


def test_it_stops_when_nothing_was_seen_of_the_cluster():
    assert broken(without("leader")) == "cluster-not-healthy"


def test_it_stops_at_a_fault_that_was_never_begun():
    ops = [op for op in without() if op.f != "kill_broker"]

    assert broken(ops) == "fault-had-no-effect"


def test_it_stops_at_a_fault_that_was_begun_and_not_proved():
    ops = [op for op in without() if not (op.f == "kill_broker" and op.type == "ok")]

    assert broken(ops) == "fault-had-no-effect"


def test_it_stops_at_a_fault_that_failed():
    failed = Op(890, "fault", "fail", "kill_broker", error="x", detail={"message": "it lives"})
    ops = [op for op in without() if not (op.f == "kill_broker" and op.type == "ok")]

    found = first_broken(index_history(history(ops, [failed])))

    assert found == (
        "fault-had-no-effect",
        "The fault kill_broker (it lives) did not take effect.",
    )


def test_it_stops_when_the_killed_broker_did_not_lead_any_more():
    assert broken(without(), led_by(3, [1, 2, 3], at=880)) == "leader-moved-before-kill"


def test_it_does_not_mind_that_metadata_shows_the_death_before_its_proof():
    ops = [op for op in without() if op.f != "kill_broker"]

    assert broken(ops, killed(2, at=2500)[1:], killed(2, at=900)[:1]) is None


def test_it_stops_when_the_careless_canary_lost_nothing():
    ops = [op for op in without() if op.source != "canary"]

    assert broken(ops, canaries(bad=5, bad_read=5)) == "canary-not-hurt"


def test_it_stops_when_the_careless_canary_wrote_nothing():
    ops = [op for op in without() if op.source != "canary"]

    assert broken(ops, canaries(bad=0, bad_read=0)) == "canary-not-hurt"


def test_it_stops_when_the_careful_canary_lost_something():
    ops = [op for op in without() if op.source != "canary"]

    assert broken(ops, canaries(good=5, good_read=4)) == "canary-hurt"


def test_it_stops_when_the_careful_canary_wrote_nothing():
    ops = [op for op in without() if op.source != "canary"]

    assert broken(ops, canaries(good=0)) == "canary-hurt"


def test_it_takes_canaries_that_the_reader_read_as_well():
    ops = [op for op in without() if not (op.source == "canary" and op.f == "read")]
    by_reader = [
        Op(8900, "reader", "ok", "read", topic="canary-bad", partition=0, ids=["c0"],
           detail={"offsets": [0]}),
        Op(8900, "reader", "ok", "read", topic="canary-good", partition=0,
           ids=[f"c{number}" for number in range(5)], detail={"offsets": [0, 1, 2, 3, 4]}),
    ]  # fmt: skip

    assert broken(ops, by_reader) is None


def test_it_stops_when_the_machine_was_too_busy():
    assert broken(without(), pressure(1501)) == "machine-starved"


def test_it_stops_when_the_program_had_to_wait_for_a_core_most_of_its_life():
    starved = pressure(program_waited_pct=75.1, program_ran_pct=20.0)

    assert broken(without(), starved) == "machine-starved"


def test_a_program_that_waits_a_little_had_its_chance():
    busy = pressure(program_waited_pct=75.0, program_ran_pct=20.0, cpu_some_pct=100.0)

    assert broken(without(), busy) is None


def test_a_program_that_keeps_the_cores_busy_itself_is_not_starved():
    spinning = pressure(program_waited_pct=95.0, program_ran_pct=50.0)

    assert broken(without(), spinning) is None


def test_it_stops_when_we_handed_out_too_little():
    assert broken(without(), min_orders=41) == "too-few-orders"


def test_it_stops_when_nobody_led_again():
    ops = [op for op in without() if not (op.f == "leader" and op.broker == 3)]

    assert broken(ops) == "cluster-not-recovered"


def test_it_stops_when_the_topic_was_not_read_to_its_end():
    assert broken(without("read_end")) == "read-back-incomplete"


def test_it_stops_when_the_reader_left_a_hole():
    hole = [*handed("o1"), *acknowledged("o1", by=3), *accepted("o1"), *stored("o1")]

    assert broken(without(), hole) == "read-back-incomplete"


def test_it_stops_when_records_stay_hidden_although_enough_replicas_are_in_sync():
    above = [*handed("o1"), *accepted("o1"), *stored("o1", on=[1, 3], offset=5000)]

    assert broken(without(), above) == "read-back-incomplete"


def test_it_goes_on_when_the_topics_own_floor_hides_them():
    above = [*handed("o1"), *accepted("o1"), *stored("o1", on=[1, 3], offset=5000)]
    floor = {"topic": {"min.insync.replicas": "3"}}

    assert broken(without(), above, settings=floor) is None


def test_it_asks_the_gates_in_the_order_that_the_notes_on_grading_give():
    assert [gate.reason for gate in GATES] == [
        "judge-error",
        "cluster-not-healthy",
        "fault-had-no-effect",
        "leader-moved-before-kill",
        "canary-not-hurt",
        "canary-hurt",
        "machine-starved",
        "too-few-orders",
        "cluster-not-recovered",
        "read-back-incomplete",
    ]


def test_it_never_gives_a_verdict_on_a_run_that_a_gate_stops():
    lossy = [*handed("o1", at=500), *accepted("o1", at=510)]

    report = judge_history(history(healthy(), held(), lossy, ended(at=9000), read(end=0)))

    assert report.verdict == "INCONCLUSIVE"
    assert report.anomalies == ()


def test_it_says_what_was_wrong_with_the_cluster():
    assert sentence(without(), led_by(None, [], at=300)) == (
        "orders-0 was not in full health before the first fault: no leader."
    )
    assert sentence(without(), led_by(2, [2, 3], at=300)).endswith("ISR [2, 3].")


def test_it_says_what_happened_to_the_careful_canary():
    ops = [op for op in without() if op.source != "canary"]

    assert "lost 1 record on canary-good" in sentence(ops, canaries(good_read=4))
    assert "wrote nothing on canary-good" in sentence(ops, canaries(good=0))


def test_it_says_which_fault_was_not_begun_and_which_not_proved():
    unbegun = [op for op in without() if op.f != "kill_broker"]
    unproved = [op for op in without() if not (op.f == "kill_broker" and op.type == "ok")]

    assert sentence(unbegun) == "The fault kill_broker was never begun."
    assert sentence(unproved) == "The fault kill_broker was begun and not proved."


def test_it_is_content_with_just_enough_orders():
    assert broken(without(), min_orders=40) is None


def test_it_looks_at_the_learners_topic_and_not_at_the_canaries_for_the_leader():
    moved = [*led_by(3, [1, 2, 3], at=880, topic="canary-bad")]

    assert broken(without(), moved) is None


def test_it_looks_at_whichever_partition_the_killed_broker_led():
    ops = [*without(), *on_partition(1, led_by(1, [1, 2, 3]), read(end=0))]

    assert broken(ops) is None


@pytest.mark.parametrize(
    "detail",
    [{"follower": 1}, {"controller": 1}, {"group_coordinator": 1}, {"leader": 1, "topic": "other"}],
    ids=lambda detail: "-".join(map(str, detail)),
)
def test_it_asks_no_lead_of_a_broker_that_was_killed_for_another_role(detail):
    kills = [replace(op, broker=1, detail=detail) for op in killed(1, at=900)]
    ops = [op for op in without() if op.f != "kill_broker"]

    assert broken(ops, kills) is None
