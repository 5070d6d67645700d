"""Chooses the solutions that are run again although their receipt is fresh."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import UTC, datetime

from judge.lab import Lab
from judge.receipts.standing import is_fresh
from judge.solutions import Solution, load_solutions

SAMPLE = 2
"""Solutions a lab: half a minute each, so that eight labs take eight minutes of a suite."""


def seed_of_today() -> str:
    """The day, in UTC: every run of a day tries the same, and the next day others."""
    return datetime.now(UTC).date().isoformat()


def chosen(lab: Lab, seed: str) -> list[Solution]:
    """Which solutions of `lab` a test suite runs: all of a stale lab, some of a fresh one."""
    solutions = load_solutions(lab)
    return sampled(solutions, f"{seed} {lab.slug}") if is_fresh(lab) else solutions


def sampled(solutions: Sequence[Solution], seed: str, count: int = SAMPLE) -> list[Solution]:
    """`count` of `solutions`, in their order; the same for the same seed."""
    draw = random.Random(seed)  # noqa: S311
    picked = draw.sample(range(len(solutions)), min(count, len(solutions)))
    return [solutions[number] for number in sorted(picked)]
