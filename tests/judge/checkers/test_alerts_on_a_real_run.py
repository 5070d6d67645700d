"""Every solution of the lab of alert rules, worked out on one real run of it.

The history is of real brokers, with what alerts do not look at left out and the orders' ids
shortened. It is the run that is real here; `judge verify` proves that others come out the same.
"""

from __future__ import annotations

import json
import lzma
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from judge.alert_windows import fault_windows
from judge.checkers import alerts
from judge.checkers.evidence import earliest_first
from judge.history import op_from_dict
from judge.indexing import index_history
from judge.lab import load_lab
from judge.metrics import METRICS, metric
from judge.solutions import load_solutions

RUN = Path(__file__).with_name("patched_then_dark.jsonl.xz")
LAB = load_lab(Path(__file__).parents[3] / "labs" / "pages-that-matter")
SOLUTIONS = load_solutions(LAB)


@pytest.fixture(scope="module")
def history():
    with lzma.open(RUN, "rt", encoding="utf-8") as lines:
        return index_history([op_from_dict(json.loads(line)) for line in lines])


@pytest.mark.parametrize("solution", SOLUTIONS, ids=lambda solution: solution.name)
def test_each_solution_comes_to_what_it_declares(history, solution):
    rules = solution.files.get("alerts.toml", LAB.starter["alerts.toml"].encode()).decode()
    history.terms = replace(history.terms, rules=rules)

    result = alerts.check(history, **LAB.scenario.checks["alerts"])

    expected = solution.expected["fix"]
    assert result.kept is (expected.verdict == "PASS")
    if not result.kept:
        first = earliest_first(result.anomalies)[0]
        assert (first.name, first.cause) == (expected.anomaly, expected.cause)


def test_the_run_shows_every_metric_and_what_became_of_it(history):
    seen = {name: metric(history, name) for name in METRICS}

    assert {name for name, found in seen.items() if found is None} == set()
    assert max(seen["under_min_isr_partitions"].values) == 3
    assert min(seen["active_brokers"].values) == 1
    assert max(seen["orders_waiting"].values) > 500
    assert {found.values[-1] for name, found in seen.items() if name.endswith("partitions")} == {0}


def test_each_fault_begins_is_proved_and_is_over_before_the_next(history):
    windows = fault_windows(history)

    assert [window.asked for window in windows] == ["quiet", "quiet", "ticket", "page", ""]
    for before, after in pairwise(windows[:4]):
        assert before.begin_ms < before.proved_ms < before.over_ms <= after.begin_ms
