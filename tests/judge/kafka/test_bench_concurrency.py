"""The curve has a row for each number at once, and counts what came of every attempt."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from judge.bench import concurrency as module
from judge.bench.concurrency import bench_concurrency
from judge.bench.overhead import BEFORE_LAST_S, ORDERS_A_SECOND, at_scale
from judge.lab import load_lab
from judge.verify import Try

LAB = load_lab(Path(__file__).parents[3] / "labs" / "acked-then-gone")


class FakePool:
    """Always warm; counts who is in."""

    def __init__(self, _home: Any, _size: int, _shape: Any) -> None:
        self.running, self._lock = 0, threading.Lock()

    def __enter__(self) -> FakePool:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def wait_warm(self, _timeout_s: float) -> None:
        pass


@pytest.fixture
def tried(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Attempts that end at once: the second of each number at once is inconclusive."""
    names: list[str] = []

    def fake(_lab: Any, solution: Any, *_rest: Any) -> Try:
        names.append(solution.name)
        expected = {stage: str(outcome) for stage, outcome in solution.expected.items()}
        got = dict(expected, fix="INCONCLUSIVE machine-starved") if len(names) == 2 else expected
        return Try(LAB.slug, solution.name, 1, expected, got, 0.1)

    monkeypatch.setattr(module, "Pool", FakePool)
    monkeypatch.setattr(module, "try_solution", fake)
    return names


def test_it_measures_each_number_at_once(tried: list[str]) -> None:
    said: list[str] = []

    curve = bench_concurrency(
        LAB, home=None, on_progress=said.append, most_at_once=3, attempts=2  # type: ignore[arg-type]
    )

    assert [(row["at_once"], row["attempts"]) for row in curve["rows"]] == [(1, 2), (2, 2), (3, 3)]
    assert [row["inconclusive"] for row in curve["rows"]] == [1, 0, 0]
    assert all(row["wrong"] == 0 and row["attempts_per_min"] > 0 for row in curve["rows"])
    assert len(said) == 3


def test_right_and_wrong_solutions_take_turns(tried: list[str]) -> None:
    bench_concurrency(
        LAB, home=None, on_progress=lambda _: None, most_at_once=1, attempts=4  # type: ignore[arg-type]
    )

    assert tried == ["reference", "starter"] * 2


def test_a_large_scenario_is_the_same_timeline_with_more_orders() -> None:
    large = at_scale(LAB.scenario, 50_000)

    assert [step.do for step in large.steps] == [step.do for step in LAB.scenario.steps]
    assert max(step.options.get("more", 0) for step in large.steps) == 50_000 - int(
        BEFORE_LAST_S * ORDERS_A_SECOND
    )
    assert large.workload.orders_per_s == ORDERS_A_SECOND
