"""The latency budget: what the learner's settings add to a record's wait, and nothing else."""

from __future__ import annotations

import pytest

from histories.words import history
from judge.checkers import latency_budget
from judge.history import Op
from judge.indexing import index_history


def block(arm: str, p50_ms: float, at: float = 1000.0, kind: str = "ok") -> Op:
    detail = {"arm": arm, "pair": 1, "order": 3, "p50_ms": p50_ms}
    return Op(at, "load", kind, "block", detail=detail)


def check(
    *blocks: Op, control: tuple[float | None, float | None] = (4.0, 5.0), **options: float
):  # fmt: skip
    found = zip("ab", control, strict=True)
    arms = [block(arm, wait_ms, 1.0) for arm, wait_ms in found if wait_ms is not None]
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
    (evidence,) = anomaly.evidence
    assert evidence.detail == {"p50_ms": 504.0, "order": 3}


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
    assert check(block("candidate", 9.0)).kept is None
    assert check(block("baseline", 4.0), block("candidate", 9.0, kind="fail")).kept is None


def test_the_limit_itself_is_allowed():
    assert check(block("baseline", 10.0), block("candidate", 110.0)).kept is True
    assert check(block("baseline", 10.0), block("candidate", 110.5)).kept is False
    assert check(block("baseline", 10.0), block("candidate", 31.0), max_added_ms=20).kept is False


def test_it_bears_a_machine_that_differs_from_itself_by_half_of_the_budget():
    arms = (block("baseline", 60.0), block("candidate", 80.0))

    assert check(*arms, control=(90.0, 40.0)).kept is True
    assert check(*arms, control=(40.0, 90.5)).kept is None


@pytest.mark.parametrize("control", [(None, 5.0), (4.0, None)])
def test_it_cannot_tell_how_even_the_machine_is_by_one_arm(control):
    assert check(block("baseline", 4.0), block("candidate", 24.0), control=control).kept is None


def test_a_block_that_does_not_tell_counts_for_nothing():
    silent = [block("candidate", 0), block("candidate", 0), block("baseline", 0)]

    assert check(block("baseline", 4.0), block("candidate", 24.0), *silent).figures == {
        "added_ms": 20.0
    }


def test_it_tells_parts_of_a_millisecond():
    result = check(block("baseline", 0.5), block("candidate", 20.62345))

    assert result.figures == {"added_ms": 20.123}
