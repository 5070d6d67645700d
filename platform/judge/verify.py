"""Proves labs: runs every solution on real brokers and compares verdict and reason."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from judge.events import ignore
from judge.home import Home
from judge.job import Job, draw_seed
from judge.lab import Lab
from judge.receipts.book import Book
from judge.receipts.standing import verdicts_so_far
from judge.replay import replay
from judge.run import run
from judge.sandbox.admission import Admission
from judge.sandbox.pool import Pool
from judge.shapes import shape_of
from judge.solutions import Solution, load_solutions, outcome_of
from judge.spinners import spinners


@dataclass(frozen=True, slots=True)
class Try:
    """One run of one solution: what each stage came to, and the seed to run it again."""

    lab: str
    solution: str
    seed: int
    expected: dict[str, str]
    got: dict[str, str]
    seconds: float

    @property
    def wrong(self) -> bool:
        """Whether a stage reached a verdict that is not the declared one for its reason."""
        return any(
            got != self.expected[stage] and not _open(got) for stage, got in self.got.items()
        )

    @property
    def inconclusive(self) -> bool:
        """Whether a stage reached no verdict, and none reached a wrong one."""
        return not self.wrong and any(_open(got) for got in self.got.values())


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
    at_least: int = 0,
    jobs: int = 1,
    only: str | None = None,
    on_try: Callable[[Try], None] = lambda _each: None,
    histories: Path | None = None,
    load: bool = False,
    book: Book | None = None,
) -> Matrix:
    """Run every solution of `labs` `repeat` times, `jobs` at once.

    With `at_least` only as often as its receipt lacks until that many runs have come to a
    verdict on the present lab and engine: nothing at all where they have.

    Nothing is retried: an INCONCLUSIVE counts as one, a wrong verdict stays wrong. Each round
    goes over all labs, so that a sitting that is broken off has tried them all as often. With
    `load` every core is kept busy meanwhile. Each run is written into `book` when it is over.

    Raises LabError when a lab's solutions cannot be read.
    """
    matrix = Matrix()
    cases = _rounds(labs, only, repeat, at_least)
    if not cases:
        return matrix
    with (
        tempfile.TemporaryDirectory() as scratch,
        # Cores that are kept busy on purpose are nothing to wait for.
        Pool(
            home, jobs, shape_of(cases[0][0]), Admission(cpu_patience_s=0 if load else None)
        ) as pool,
        spinners() if load else nullcontext(),
        ThreadPoolExecutor(jobs) as hands,
    ):
        kept = histories or Path(scratch)
        waiting = [
            hands.submit(_written_down, lab, solution, home, pool, kept, book)
            for lab, solution in cases
        ]
        try:
            for each in waiting:
                matrix.tries.append(each.result())
                on_try(matrix.tries[-1])
        except BaseException:
            hands.shutdown(wait=False, cancel_futures=True)
            raise
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
        seconds=float(report.timings_s.get("judged_s", 0.0)),
    )


def _rounds(
    labs: Iterable[Lab], only: str | None, repeat: int, at_least: int
) -> list[tuple[Lab, Solution]]:
    """What is run, in order: round after round over all labs."""
    wanted: list[tuple[Lab, Solution, int]] = []
    for lab in labs:
        reached = verdicts_so_far(lab) if at_least else {}
        for solution in load_solutions(lab):
            if only in (None, solution.name):
                times = at_least - reached.get(solution.name, 0) if at_least else repeat
                wanted.append((lab, solution, times))
    most = max((times for _lab, _solution, times in wanted), default=0)
    return [
        (lab, solution)
        for number in range(most)
        for lab, solution, times in wanted
        if number < times
    ]


def _written_down(
    lab: Lab, solution: Solution, home: Home, pool: Pool, kept: Path, book: Book | None
) -> Try:
    tried = try_solution(lab, solution, home, pool, kept)
    if book is not None:
        book.write(lab, tried.solution, tried.seed, tried.expected, tried.got)
    return tried


def _open(got: str) -> bool:
    return got.startswith("INCONCLUSIVE")
