"""The latency budget: what the learner's settings add to a record's wait, and nothing else."""

from __future__ import annotations

from histories.words import history
from judge.checkers import latency_budget
from judge.history import Op
from judge.indexing import index_history


def block(arm: str, p50_ms: float, at: float = 1000.0, kind: str = "ok") -> Op:
    return Op(at, "load", kind, "block", detail={"arm": arm, "pair": 1, "p50_ms": p50_ms})


def check(*blocks: Op, control: tuple[float, float] = (4.0, 5.0), **options: float):
    arms = [block("a", control[0], 1.0), block("b", control[1], 2.0)]
    return latency_budget.check(index_history(history([*arms, *blocks])), **options)


def test_it_is_kept_when_a_record_waits_hardly_longer():
    result = check(block("baseline", 4.0), block("candidate", 24.0))

    assert result.kept is True
    assert result.figures["added_ms"] == 20.0


def test_it_reports_settings_that_make_each_record_wait():
    result = check(block("baseline", 4.0), block("candidate", 504.0))

    assert result.kept is False
    (anomaly,) = result.anomalies
    assert (anomaly.name, anomaly.cause) == ("too-slow", "waits-too-long")
    assert "500.0 ms longer" in anomaly.summary


def test_it_does_not_charge_the_learner_for_a_slow_machine():
    result = check(block("baseline", 300.0), block("candidate", 350.0))

    assert result.kept is True


def test_the_median_of_the_blocks_counts_and_not_one_of_them():
    slow_once = [block("candidate", wait) for wait in (20.0, 900.0, 25.0)]

    assert check(block("baseline", 4.0), *slow_once).kept is True


def test_it_cannot_tell_when_one_configuration_differs_from_itself():
    result = check(block("baseline", 4.0), block("candidate", 900.0), control=(4.0, 60.0))

    assert result.kept is None


def test_it_cannot_tell_without_blocks_of_both_arms():
    assert check(block("baseline", 4.0)).kept is None
    assert check(block("baseline", 4.0), block("candidate", 9.0, kind="fail")).kept is None


def test_the_limit_itself_is_allowed():
    assert check(block("baseline", 10.0), block("candidate", 110.0)).kept is True
    assert check(block("baseline", 10.0), block("candidate", 31.0), max_added_ms=20).kept is False
