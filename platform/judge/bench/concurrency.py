"""What this machine can do at once: attempts a minute, and what becomes of the verdicts."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from judge.home import Home
from judge.kafka.jars import OnProgress
from judge.lab import Lab
from judge.sandbox.pool import Pool
from judge.shapes import shape_of
from judge.solutions import Solution, load_solutions
from judge.verify import try_solution

MOST_AT_ONCE = 6
ATTEMPTS = 6
"""Attempts for each number at once, or that number if it is more: half an hour in all."""

TRIED = ("reference", "starter")
"""One that passes and one that fails, both by a whole scenario, so that attempts compare."""

WARM_TIMEOUT_S = 180.0
LOOK_S = 0.25


def bench_concurrency(
    lab: Lab,
    *,
    home: Home,
    on_progress: OnProgress,
    most_at_once: int = MOST_AT_ONCE,
    attempts: int = ATTEMPTS,
) -> dict[str, Any]:
    """Judge attempts at `lab` one at a time, then two at once, up to `most_at_once`.

    Returns {"rows": [...]}, one for each number: at_once (asked for), attempts (finished),
    attempts_per_min, inconclusive and wrong (counts), and under_way (the most that were really
    under way: the door lets fewer in when the machine is full).

    Every other attempt is a right one, so a starved run that came to a verdict would show as a
    wrong one. Clusters are warm when the clock starts, as they are for an attempt on the site.

    Raises JudgeError: no cluster could be started.
    """
    solutions = [each for each in load_solutions(lab) if each.name in TRIED]
    rows = []
    for at_once in range(1, most_at_once + 1):
        chosen = [solutions[n % len(solutions)] for n in range(max(attempts, at_once))]
        rows.append(_row(lab, chosen, home, at_once))
        on_progress(
            f"{at_once} at once: {rows[-1]['attempts_per_min']} attempts a minute, "
            f"{rows[-1]['inconclusive']} inconclusive, {rows[-1]['wrong']} wrong"
        )
    return {"rows": rows}


def _row(lab: Lab, chosen: list[Solution], home: Home, at_once: int) -> dict[str, Any]:
    with (
        TemporaryDirectory() as scratch,
        Pool(home, at_once, shape_of(lab)) as pool,
        ThreadPoolExecutor(at_once) as hands,
    ):
        pool.wait_warm(WARM_TIMEOUT_S)
        begun_s, under_way = time.monotonic(), 0
        asked = [
            hands.submit(try_solution, lab, solution, home, pool, Path(scratch))
            for solution in chosen
        ]
        while wait(asked, LOOK_S).not_done:
            under_way = max(under_way, pool.running)
        took_s, tries = time.monotonic() - begun_s, [each.result() for each in asked]
    return {
        "at_once": at_once,
        "attempts": len(tries),
        "attempts_per_min": round(60 * len(tries) / took_s, 2),
        "inconclusive": sum(each.inconclusive for each in tries),
        "wrong": sum(each.wrong for each in tries),
        "under_way": under_way,
    }
