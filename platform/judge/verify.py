"""Proves labs: runs every solution on real brokers and compares verdict and reason."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from judge.events import ignore
from judge.home import Home
from judge.job import Job, draw_seed
from judge.kafka.shape import Shape
from judge.lab import Lab
from judge.replay import replay
from judge.run import run
from judge.sandbox.pool import Pool
from judge.solutions import Solution, load_solutions, outcome_of


@dataclass(frozen=True, slots=True)
class Try:
    """One run of one solution: what each stage came to, and the seed to run it again."""

    lab: str
    solution: str
    seed: int
    expected: dict[str, str]
    got: dict[str, str]
    inconclusive: bool
    seconds: float

    @property
    def wrong(self) -> bool:
        """Whether a verdict was reached and is not the declared one for the declared reason."""
        return not self.inconclusive and self.got != self.expected


@dataclass(slots=True)
class Matrix:
    """All tries of a verification."""

    tries: list[Try] = field(default_factory=list)

    def to_dict(self) -> dict[str, Any]:
        """The shape of `judge verify --json`; see docs/cli.md."""
        rows: dict[tuple[str, str], dict[str, Any]] = {}
        for each in self.tries:
            row = rows.setdefault(
                (each.lab, each.solution),
                {
                    "lab": each.lab,
                    "solution": each.solution,
                    "expected": each.expected,
                    "got": {},
                    "wrong_seeds": [],
                },
            )
            for stage, outcome in each.got.items():
                counted = row["got"].setdefault(stage, Counter())
                counted[outcome] += 1
            if each.wrong:
                row["wrong_seeds"].append(each.seed)
        return {
            "runs": len(self.tries),
            "wrong": sum(each.wrong for each in self.tries),
            "inconclusive": sum(each.inconclusive for each in self.tries),
            "rows": [rows[key] for key in sorted(rows)],
        }


def verify(
    labs: Iterable[Lab],
    *,
    home: Home,
    repeat: int = 1,
    jobs: int = 1,
    only: str | None = None,
    on_try: Callable[[Try], None] = lambda _each: None,
    histories: Path | None = None,
) -> Matrix:
    """Run every solution of `labs` `repeat` times, `jobs` at once.

    Nothing is retried: an INCONCLUSIVE counts as one, a wrong verdict stays wrong.

    Raises LabError when a lab's solutions cannot be read.
    """
    matrix = Matrix()
    for lab in labs:
        solutions = [each for each in load_solutions(lab) if only in (None, each.name)]
        shape = Shape(settings=dict(lab.scenario.shape))
        pool = Pool(home, size=jobs, shape=shape)
        try:
            with ThreadPoolExecutor(jobs) as hands, tempfile.TemporaryDirectory() as scratch:
                kept = histories or Path(scratch)
                tries = [
                    hands.submit(try_solution, lab, solution, home, pool, kept)
                    for _round in range(repeat)
                    for solution in solutions
                ]
                for each in tries:
                    matrix.tries.append(each.result())
                    on_try(matrix.tries[-1])
        finally:
            pool.close()
    return matrix


def try_solution(lab: Lab, solution: Solution, home: Home, pool: Pool, kept: Path) -> Try:
    """Run one solution once and judge its history for every stage it declares."""
    seed = draw_seed()
    path = kept / f"{lab.slug}.{solution.name}.{seed}.jsonl"
    report = run(
        Job(lab, "fix", solution.files, seed),
        ignore,
        home=home,
        sandboxes=pool,
        history_path=path,
    )
    reports = {"fix": report}
    for stage in solution.expected.keys() - {"fix"}:
        reports[stage] = replay(path, stage=stage) if path.exists() else report
    return Try(
        lab=lab.slug,
        solution=solution.name,
        seed=seed,
        expected={stage: str(solution.expected[stage]) for stage in sorted(solution.expected)},
        got={stage: str(outcome_of(reports[stage])) for stage in sorted(reports)},
        inconclusive=any(each.verdict.value == "INCONCLUSIVE" for each in reports.values()),
        seconds=float(report.timings_s.get("judged_s", 0.0)),
    )
