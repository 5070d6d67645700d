"""How much an attempt costs beyond its scenario: thaw, topics, reading, checking."""

from __future__ import annotations

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

SCENARIO_S = 14.0
"""About twice the time from the first order to the last wait, on a quiet machine."""

WARM_TIMEOUT_S = 60.0


def bench_overhead(lab: Lab, *, home: Home, operations: int = 20_000) -> dict[str, Any]:
    """Judge the reference on a warm sandbox with `operations` orders.

    Returns attempt_s (call to report), scenario_s (topics made to program ended), overhead_s
    (their difference), operations (orders handed) and history_ops (lines of the history).

    Raises JudgeError `bench-not-passed` when the reference does not pass: its timing would be
    of another path.
    """
    scenario = at_scale(lab.scenario, operations)
    # Every answer is a line of output, and so many take longer: the lab's limits are not tested.
    limits = replace(lab.limits, output_kb=64 * 1024, wall_s=300)
    big = replace(lab, scenario=scenario, limits=limits)
    shape = shape_of(big)
    pool = Pool(home, size=1, shape=shape)
    try:
        pool.wait_warm(WARM_TIMEOUT_S)
        with TemporaryDirectory() as scratch:
            history = Path(scratch) / "history.jsonl"
            begun_s = time.monotonic()
            report = run(
                Job(big, "fix", solution_files(lab, "reference"), draw_seed()),
                ignore,
                home=home,
                sandboxes=pool,
                history_path=history,
            )
            attempt_s = time.monotonic() - begun_s
            history_ops = sum(1 for _line in history.open()) if history.exists() else 0
    finally:
        pool.close()
    if report.verdict.value != "PASS":
        raise JudgeError(
            "bench-not-passed",
            f"the reference came to {report.verdict.value}: {report.reason_text}",
        )
    scenario_s = float(report.timings_s["scenario_s"])
    return {
        "attempt_s": round(attempt_s, 3),
        "scenario_s": round(scenario_s, 3),
        "overhead_s": round(attempt_s - scenario_s, 3),
        "operations": report.figures["handed"],
        "history_ops": history_ops,
    }


def at_scale(scenario: Scenario, orders: int) -> Scenario:
    """The same timeline at a pace that hands about `orders`, half of them in the last wait."""
    steps = list(scenario.steps)
    last = max(n for n, step in enumerate(steps) if step.options.get("for") == "orders_handed")
    steps[last] = Step("wait", {**steps[last].options, "more": orders // 2, "timeout_s": 120.0})
    load = replace(scenario.workload, orders_per_s=orders / SCENARIO_S)
    return replace(scenario, workload=load, steps=tuple(steps))
