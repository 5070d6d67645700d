"""The measurement of what a verdict costs measures a sound history, all of it, by its size."""

from __future__ import annotations

import json

import pytest

from judge.bench.checkers import bench_checkers, fit
from judge.bench.synthetic import synthetic_ops
from judge.cli.main import main
from judge.judging import judge_history


def test_it_judges_a_synthetic_history_that_keeps_every_promise():
    report = judge_history(synthetic_ops(2000))

    assert (report.verdict, report.reason_text.count("; ")) == ("PASS", 4)
    assert {check.check: check.kept for check in report.checks} == {
        "program": True,
        "lost_writes": True,
        "duplicates": True,
        "availability": True,
        "reordering": True,
    }


@pytest.mark.parametrize("size", [500, 10_000, 31_623])
def test_a_synthetic_history_has_about_as_many_operations_as_asked_for(size):
    assert sum(1 for _ in synthetic_ops(size)) == pytest.approx(size, rel=0.15)


def test_a_synthetic_history_shares_no_ids_between_operations():
    ops = list(synthetic_ops(500))
    ids = [op.id for op in ops if op.id] + [i for op in ops for i in op.ids or () if i[0] == "o"]

    assert len({id(i) for i in ids}) == len(ids)
    assert len(ids) == 4 * len(set(ids))


@pytest.mark.parametrize(("power", "slope"), [(1, 1.0), (2, 2.0), (0, 0.0)])
def test_it_fits_the_power_by_which_the_cost_grows(power, slope):
    assert fit((size, 3.0 * size**power) for size in (10, 100, 1000)) == pytest.approx(slope)


def test_it_measures_every_size_in_a_process_of_its_own():
    found = bench_checkers(8000, rounds=1, smallest=2000)

    assert len(found["points"]) == 5
    assert found["operations"] == found["points"][-1]["operations"] == pytest.approx(8000, rel=0.1)
    assert found["orders"] == pytest.approx(8000 / 2.34, rel=0.1)
    assert found["peak_mb"] > 10
    assert {"operations", "seconds", "cpu_seconds", "peak_mb", "slope"} <= set(found)


def test_the_command_prints_the_figures(capsys):
    assert main(["bench", "checkers", "--operations", "12000", "--json"]) == 0

    assert json.loads(capsys.readouterr().out)["operations"] == pytest.approx(12000, rel=0.1)
