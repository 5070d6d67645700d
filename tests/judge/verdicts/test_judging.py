"""From a whole history to one verdict, by stage."""

from __future__ import annotations

import pytest

from histories.copying import block
from histories.words import (
    accepted,
    acknowledged,
    cut_short,
    ended,
    handed,
    healthy,
    history,
    pressure,
    read,
    refused,
    served,
    served_ids,
    sound_run,
    stored,
    unanswered,
)
from judge import judging
from judge.errors import JudgeError
from judge.history import Op
from judge.judging import judge_history, remedy_for, report_of_failure
from judge.terms import closing

GOOD = [*sound_run(), *served(), *read(*served_ids(), offset=1000)]
LOST = [
    *handed("o1", "o2", at=500),
    *acknowledged("o1", acks=1, by=2, offset=0, at=510),
    *stored("o1", on=[2], offset=0),
    *acknowledged("o2", acks=1, by=2, offset=1, at=520),
    *stored("o2", on=[2], offset=1),
    *accepted("o1", "o2", at=530),
]
DOUBLED = [
    *handed("d1", at=3200),
    *unanswered("d1", by=3, at=3300),
    *acknowledged("d1", by=3, offset=1041, at=3400),
    *accepted("d1", at=3401),
    *stored("d1", on=[1, 3], offset=1040),
    *stored("d1", on=[1, 3], offset=1041),
    *read("d1", "d1", offset=1040),
]
REFUSING = [op for number in range(60) for op in (
    *handed(f"r{number:02d}", at=3200 + number * 20),
    *refused(f"r{number:02d}", at=3205 + number * 20),
)]  # fmt: skip


def judge(*parts, **terms):
    return judge_history(history(*parts, **terms))


def outcome(report):
    return (report.verdict.value, report.reason, [(a.name, a.cause) for a in report.anomalies])


def test_it_passes_a_fix_that_keeps_every_promise():
    report = judge(GOOD)

    assert outcome(report) == ("PASS", None, [])
    assert report.reason_text.startswith("Every promise was kept: ")
    assert [check.check for check in report.checks] == [
        "program",
        "lost_writes",
        "duplicates",
        "availability",
    ]


def test_it_fails_a_fix_that_loses_an_acknowledged_order():
    report = judge(GOOD, LOST)

    assert outcome(report) == (
        "FAIL",
        "acknowledged-by-leader-only",
        [("lost-write", "acknowledged-by-leader-only")],
    )
    assert report.reason_text.startswith("2 orders acknowledged by the leader alone")
    assert [evidence.id for evidence in report.evidence] == ["o1", "o2"]


def test_it_only_observes_what_the_lab_does_not_promise():
    report = judge(GOOD, DOUBLED)

    assert outcome(report) == ("PASS", None, [])
    assert {check.check: check.kept for check in report.checks}["duplicates"] is False
    assert report.figures["duplicates"] == 1
    assert report.promises == ("lost_writes", "availability")


def test_it_fails_a_duplicate_where_the_lab_promises_that_there_is_none():
    report = judge(GOOD, DOUBLED, promises=("duplicates",))

    assert outcome(report) == (
        "FAIL",
        "retried-after-lost-response",
        [("duplicate", "retried-after-lost-response")],
    )


def test_it_names_first_what_broke_first():
    report = judge(sound_run(), LOST, REFUSING, read(end=0))

    assert [anomaly.name for anomaly in report.anomalies] == ["lost-write", "unavailable"]


@pytest.mark.parametrize("last_pair_s", [0.001, 0.1, 2.0])
def test_of_a_load_that_breaks_everything_the_count_is_named_first(last_pair_s):
    pairs = [("a", "b"), *[("baseline", "candidate")] * 3]
    ops = [
        op
        for n, arms in enumerate(pairs)
        for at, arm in enumerate((*arms, *arms[::-1]))
        for op in block(
            arm, n, 1000 * n + 100 * at, records=100, seconds=last_pair_s if n == 3 else 1.0,
            batches=100, p50_ms=900 if arm == "candidate" else 5,
        )
    ]  # fmt: skip
    report = judge(
        sound_run(),
        ops,
        read(end=0),
        promises=("paired_ratio", "counts", "latency_budget"),
        options={"counts": {"min_records_per_batch": 4}, "program": {"expects": "no_program"}},
        min_orders=0,
    )

    assert outcome(report) == (
        "FAIL",
        "too-small-batches",
        [
            ("wasteful", "too-small-batches"),
            ("too-slow", "waits-too-long"),
            ("too-little-gain", "gain-too-small"),
        ],
    )


def test_it_fails_a_service_that_refuses_everything():
    report = judge(sound_run(), REFUSING, read(end=0))

    assert outcome(report) == (
        "FAIL",
        "refused-after-failover",
        [("unavailable", "refused-after-failover")],
    )


def test_it_fails_a_service_that_refuses_everything_even_where_availability_is_not_promised():
    report = judge(sound_run(), REFUSING, read(end=0), promises=("lost_writes",))

    assert report.verdict == "FAIL"
    assert report.reason == "refused-after-failover"


def test_it_passes_a_reproduction_by_what_a_broker_had_acknowledged():
    report = judge(GOOD, LOST, stage="reproduce")

    assert outcome(report) == (
        "PASS",
        None,
        [("lost-write", "acknowledged-by-leader-only")],
    )


def test_it_fails_a_reproduction_that_loses_nothing():
    report = judge(GOOD, stage="reproduce")

    assert outcome(report) == ("FAIL", "not-reproduced", [])


def test_it_fails_a_reproduction_that_only_lies_about_orders_it_never_sent():
    lie = [*handed("o1", at=500), *accepted("o1", at=510)]

    report = judge(GOOD, lie, stage="reproduce")

    assert outcome(report) == ("FAIL", "not-reproduced", [])
    assert {check.check: check.kept for check in report.checks}["lost_writes"] is False


def test_it_judges_one_run_for_either_stage():
    ops = history(GOOD, LOST)

    assert judge_history(ops, stage="fix").verdict == "FAIL"
    assert judge_history(ops, stage="reproduce").verdict == "PASS"


@pytest.mark.parametrize("stage", ["fix", "reproduce"])
@pytest.mark.parametrize(
    ("parts", "terms", "cause"),
    [
        ([*ended(code=1, at=90, stderr_tail="SyntaxError: bad"), *cut_short()], {}, "syntax-error"),
        ([*ended(at=90), *cut_short()], {"entry_bytes": 0}, "empty"),
        ([*healthy(), *ended(code=1, at=90), *cut_short()], {}, "crashed"),
        ([*healthy(), *ended(at=90), *cut_short()], {}, "no-answers"),
        ([*ended("memory", None), *cut_short()], {}, "memory"),
        ([*ended("output", None), *cut_short()], {}, "output"),
        ([*ended("topic-settings-refused", None, at=0)], {}, "topic-settings-refused"),
        ([*ended("compile-error", None), *cut_short()], {}, "compile-error"),
        (
            [*healthy(), *handed("o1"), *ended("killed-by-us", None), *cut_short("program-silent")],
            {},
            "no-answers",
        ),
        (
            [*healthy(), *handed("o1"), *ended("wall-clock", None), *cut_short("program-silent")],
            {},
            "wall-clock",
        ),
    ],
)
def test_it_fails_a_broken_program_although_the_fault_never_ran(parts, terms, cause, stage):
    report = judge(parts, stage=stage, **terms)

    assert outcome(report) == ("FAIL", cause, [("program-failed", cause)])


def test_it_fails_a_program_that_fell_silent_before_the_fault():
    some = [op for n in range(40) for op in (*handed(f"o{n}"), *(accepted(f"o{n}") if n else []))]
    silent = handed(*(f"q{number}" for number in range(10)))

    report = judge(
        healthy(), some, silent, ended("killed-by-us", None), cut_short("program-silent")
    )

    assert outcome(report)[:2] == ("FAIL", "no-answers")


@pytest.mark.parametrize("stage", ["fix", "reproduce"])
def test_it_fails_a_program_that_sends_nothing_and_so_gives_the_fault_no_occasion(stage):
    begun = [Op(500, "fault", "invoke", "lost_acknowledgement")]
    lies = [*handed("o1", "o2", at=100), *accepted("o1", "o2", at=130), *read(end=0)]
    end = [*ended("killed-by-us", None), *cut_short("program-silent")]

    report = judge(healthy(), lies, begun, end, stage=stage, faults=("lost_acknowledgement",))

    assert outcome(report) == ("FAIL", "never-sent", [("lost-write", "never-sent")])


def test_it_does_not_hold_a_lost_order_against_a_program_when_the_fault_found_no_occasion():
    begun = [Op(500, "fault", "invoke", "lost_acknowledgement")]
    gone = [*handed("o1"), *acknowledged("o1"), *accepted("o1"), *read(end=0)]
    end = [*ended("killed-by-us", None), *cut_short("program-silent")]

    report = judge(healthy(), gone, begun, end, faults=("lost_acknowledgement",))

    assert outcome(report)[:2] == ("INCONCLUSIVE", "fault-had-no-effect")


def test_it_does_not_hold_a_crash_against_a_program_on_a_starved_machine():
    report = judge(healthy(), ended(code=1, at=90), cut_short(), pressure(2000))

    assert outcome(report) == ("INCONCLUSIVE", "machine-starved", [])


def test_it_does_not_hold_silence_against_a_program_without_a_core():
    starved = pressure(program_waited_pct=90.0, program_ran_pct=5.0)
    late = ended("wall-clock", None, at=90)

    assert outcome(judge(healthy(), late, cut_short(), pressure()))[0] == "FAIL"
    assert outcome(judge(healthy(), late, cut_short(), starved))[:2] == (
        "INCONCLUSIVE",
        "machine-starved",
    )


def test_it_does_not_hold_a_crash_against_a_program_on_a_sick_cluster():
    report = judge(ended(code=1, at=90), cut_short())

    assert outcome(report) == ("INCONCLUSIVE", "cluster-not-healthy", [])


def test_it_does_not_hold_anything_against_a_program_when_something_of_ours_failed():
    error = JudgeError("tap-died", "the tap died")
    crash = [*ended(code=1, at=90), *cut_short()]

    report = judge(healthy(), crash, [closing(95, {}, error=error)])

    assert outcome(report) == ("INCONCLUSIVE", "tap-died", [])
    assert report.reason_text == "the tap died"


def test_it_holds_a_crash_after_the_run_against_the_program():
    ops = [op for op in GOOD if op.f != "exit"]

    report = judge(ops, ended(code=1))

    assert outcome(report)[:2] == ("FAIL", "crashed")


def test_it_passes_a_reproduction_that_crashed_once_it_had_happened():
    ops = [op for op in GOOD if op.f != "exit"]

    report = judge(ops, LOST, ended(code=1), stage="reproduce")

    assert report.verdict == "PASS"


def test_it_never_blames_the_learner_for_an_error_in_a_checker(monkeypatch):
    def broken(_history):
        raise KeyError("o1")

    monkeypatch.setattr(judging, "CHECKERS", {"program": broken})

    report = judge(GOOD)

    assert outcome(report) == ("INCONCLUSIVE", "checker-failed", [])
    assert report.reason_text == "KeyError: 'o1'"


def test_it_reports_a_run_that_never_got_a_history():
    error = JudgeError("sandbox-unavailable", "no user namespaces here")

    report = report_of_failure(error, "a-lab", "fix", 7, {"kafka": "4.3.1"})

    assert outcome(report) == ("INCONCLUSIVE", "sandbox-unavailable", [])


def test_it_refuses_a_history_without_terms():
    with pytest.raises(JudgeError, match="no scenario begin"):
        judge_history(GOOD)


def test_it_gives_the_figures_of_the_run():
    report = judge(GOOD, LOST)

    assert report.figures == {
        "handed": 42,
        "accepted": 42,
        "refused": 0,
        "unanswered": 0,
        "acknowledged": 42,
        "readable": 40,
        "lost": 2,
        "duplicates": 0,
        "refused_but_readable": 0,
        "downtime_ms": 2981,
        "killed_ms": 900,
        "recovered_ms": 3000,
        "canary_bad_acknowledged": 5,
        "canary_bad_lost": 3,
        "canary_good_acknowledged": 5,
        "canary_good_lost": 0,
    }


def test_it_has_a_remedy_for_every_reason_of_its_own():
    assert remedy_for("machine-starved")
    assert remedy_for("checker-failed")
    assert remedy_for("broker-did-not-start") == ""
