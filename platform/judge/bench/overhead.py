"""How much an attempt costs beyond its scenario: thaw, topics, reading, checking."""

from __future__ import annotations

import math
import time
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from judge.errors import JudgeError
from judge.events import ignore
from judge.home import Home
from judge.job import Job, draw_seed
from judge.lab import Lab
from judge.run import run
from judge.sandbox.pool import Pool
from judge.scenario import Scenario, Step
from judge.shapes import shape_of
from judge.solutions import solution_files
from judge.verdict import Report

ORDERS_A_SECOND = 2500.0
"""Half of what a program in Python answers, one line each, on two quiet cores."""

OPS_AN_ORDER = 2.05
"""Handed and answered; batches, logs and readings are a few hundred more, however many orders."""

BEFORE_LAST_S = 5.0
"""So long orders are handed before the last wait begins, at least: 5.4 to 10 s were measured."""

WARM_TIMEOUT_S, WAIT_TIMEOUT_S = 60.0, 60.0


def bench_overhead(lab: Lab, *, home: Home, operations: int = 100_000) -> dict[str, Any]:
    """Judge the reference on a warm sandbox with a history of at least `operations`.

    Returns attempt_s (call to report), scenario_s (topics made to program ended), overhead_s
    (their difference), operations (lines of the history) and orders (handed to the program).

    Raises JudgeError `bench-not-passed` when the reference does not pass: its timing would be
    of another path; `bench-too-small` when the history is; `bench-needs-orders` for a lab that
    waits for none.
    """
    scenario = at_scale(lab.scenario, math.ceil(operations / OPS_AN_ORDER))
    # Every answer is a line of output, and so many take longer: the lab's limits are not tested.
    limits = replace(lab.limits, output_kb=64 * 1024, wall_s=300)
    big = replace(lab, scenario=scenario, limits=limits)
    report, attempt_s, history_ops = _judged_warm(big, home)
    if report.verdict.value != "PASS":
        raise JudgeError(
            "bench-not-passed",
            f"the reference came to {report.verdict.value}: {report.reason_text}",
        )
    if history_ops < operations:
        raise JudgeError(
            "bench-too-small", f"{history_ops} operations are in the history, not {operations}."
        )
    scenario_s = float(report.timings_s["scenario_s"])
    return {
        "attempt_s": round(attempt_s, 3),
        "scenario_s": round(scenario_s, 3),
        "overhead_s": round(attempt_s - scenario_s, 3),
        "operations": history_ops,
        "orders": report.figures["handed"],
    }


def _judged_warm(lab: Lab, home: Home) -> tuple[Report, float, int]:
    """The reference's report, the seconds from the call to it, and the lines of the history."""
    with Pool(home, 1, shape_of(lab)) as pool, TemporaryDirectory() as scratch:
        pool.wait_warm(WARM_TIMEOUT_S)
        history = Path(scratch) / "history.jsonl"
        begun_s = time.monotonic()
        report = run(
            Job(lab, "fix", solution_files(lab, "reference"), draw_seed()),
            ignore,
            home=home,
            sandboxes=pool,
            history_path=history,
        )
        attempt_s = time.monotonic() - begun_s
        return report, attempt_s, sum(1 for _ in history.open()) if history.exists() else 0


def at_scale(scenario: Scenario, orders: int) -> Scenario:
    """The same timeline at a pace that hands about `orders`: all waits but the last are as before.

    Raises JudgeError `bench-needs-orders` when no step waits for orders.
    """
    steps = list(scenario.steps)
    waits = [n for n, step in enumerate(steps) if step.options.get("for") == "orders_handed"]
    if not waits:
        raise JudgeError("bench-needs-orders", "No step of this lab waits for orders_handed.")
    last = waits[-1]
    patience_s = WAIT_TIMEOUT_S + orders / ORDERS_A_SECOND
    more = max(steps[last].options["more"], orders - int(BEFORE_LAST_S * ORDERS_A_SECOND))
    steps[last] = Step("wait", {**steps[last].options, "more": more, "timeout_s": patience_s})
    load = replace(scenario.workload, orders_per_s=ORDERS_A_SECOND)
    return replace(scenario, workload=load, steps=tuple(steps))
