"""Ten thousand clean runs raise no alarm, in whatever order and under whatever names."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from histories.clean import RUNS, Run, reading, sending
from histories.profiles import many
from judge.checkers import CHECKERS
from judge.indexing import index_history
from judge.judging import judge_history

ALL = 10_000


def alarms(ops):
    history = index_history(ops)
    options = history.terms.options
    found = (check(history, **options.get(name, {})) for name, check in CHECKERS.items())
    return [(each.check, a.name, a.cause, a.count) for each in found for a in each.anomalies]


def check_clean(run: Run):
    ops = run.history()
    report = judge_history(ops)

    assert alarms(ops) == []
    assert report.verdict != "FAIL", report.reason_text
    assert [check.check for check in report.checks if check.kept is False] == []


@many(400)
@given(RUNS)
def test_it_raises_no_alarm_on_a_clean_run(run):
    check_clean(run)


@pytest.mark.slow
@settings(max_examples=ALL, deadline=None, suppress_health_check=list(HealthCheck))
@given(RUNS)
def test_it_raises_no_alarm_on_ten_thousand_clean_runs(run):
    check_clean(run)


def test_the_generator_is_not_vacuous():
    fates = ("acknowledged", "retried", "refused first", "answer lost", "refused")
    sent = judge_history(sending([(0, 2, fate) for fate in fates * 2], 2).history())
    deeds = [(deed, 0, 2) for deed in ("process", "commit", "crash", "process", "move", "pause")]
    done = judge_history(reading([(0, 4), (1, 4), (0, 3)], deeds, 2).history())

    kept = {check.check for report in (sent, done) for check in report.checks if check.kept}
    assert sent.verdict == done.verdict == "PASS"
    assert kept >= {
        "lost_writes", "duplicates", "reordering", "phantom", "inconsistent_offsets",
        "unseen", "reprocessed", "commit_ahead", "program",
    }  # fmt: skip
    assert (sent.figures["refused"], sent.figures["acknowledged"]) == (8, 36)


@many(150)
@given(RUNS, st.randoms(use_true_random=False))
def test_it_comes_to_the_same_in_whatever_order_operations_are_noted(run, rng):
    ops = run.history()
    mixed = ops[1:]
    rng.shuffle(mixed)

    assert judge_history([ops[0], *mixed]).to_json() == judge_history(ops).to_json()


@many(150)
@given(RUNS, st.randoms(use_true_random=False))
def test_it_comes_to_the_same_with_other_ids(run, rng):
    ops = run.history()
    names = sorted({op.id for op in ops if op.source == "ledger"})
    others = dict(zip(names, rng.sample([f"x{n:03d}" for n in range(len(names))], len(names)),
                      strict=True))  # fmt: skip
    renamed = [
        replace(op, id=others.get(op.id, op.id),
                ids=None if op.ids is None else [others.get(i, i) for i in op.ids])
        for op in ops
    ]  # fmt: skip

    def short(report):
        return report.verdict, report.reason, [(c.check, c.kept, c.summary) for c in report.checks]

    assert short(judge_history(renamed)) == short(judge_history(ops))


@many(150)
@given(RUNS, st.data())
def test_an_answer_in_doubt_never_makes_a_clean_run_fail(run, data):
    ops = run.history()
    told = [n for n, op in enumerate(ops) if op.source == "tap" and op.type == "ok"]
    doubted = data.draw(st.sets(st.sampled_from(told))) if told else set()
    vaguer = [replace(op, type="info") if n in doubted else op for n, op in enumerate(ops)]

    assert alarms(vaguer) == []


@pytest.mark.parametrize("seed", range(20))
def test_it_raises_no_alarm_on_long_clean_runs(seed):
    rng = random.Random(seed)
    fates = ("acknowledged", "retried", "refused first", "answer lost", "refused")
    batches = [(rng.randrange(3), rng.randint(1, 4), rng.choice(fates)) for _ in range(120)]
    deeds = [
        (rng.choice(("process", "process", "commit", "crash", "pause", "move")), rng.randrange(3),
         rng.randint(1, 9))
        for _ in range(60)
    ]  # fmt: skip

    check_clean(sending(batches, 3))
    check_clean(reading([(rng.randrange(3), 4) for _ in range(60)], deeds, 3))
