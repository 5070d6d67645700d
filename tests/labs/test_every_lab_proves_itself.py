"""Solutions get the verdict they declare: all of a lab without a fresh receipt, else a sample."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from judge.errors import LabError
from judge.home import find_home
from judge.lab import Lab, lab_folders, load_lab
from judge.receipts.sample import chosen
from judge.sandbox.pool import Pool
from judge.shapes import shape_of
from judge.solutions import Solution
from judge.verify import try_solution

from .conftest import SEED


def cases() -> Iterator[tuple[Lab, Solution]]:
    """A lab that cannot be read is named by the test of its receipt, and must not hide the rest."""
    for folder in lab_folders(Path(__file__).parents[2] / "labs"):
        try:
            lab = load_lab(folder)
            yield from ((lab, solution) for solution in chosen(lab, SEED))
        except LabError:
            continue


CASES = list(cases())
TRIES = 3

pytestmark = [pytest.mark.brokers, pytest.mark.slow]


@pytest.fixture(scope="module")
def pool() -> Iterator[Pool]:
    with Pool(find_home(), 1, shape_of(CASES[0][0])) as made:
        yield made


@pytest.mark.parametrize(
    ("lab", "solution"),
    CASES,
    ids=[f"{lab.slug}-{solution.name}" for lab, solution in CASES],
)
def test_it_judges_the_solution_as_declared(
    lab: Lab, solution: Solution, pool: Pool, tmp_path: Path
):
    for _ in range(TRIES):
        tried = try_solution(lab, solution, find_home(), pool, tmp_path)
        if not tried.inconclusive:  # neither right nor wrong; a FAIL is never tried again
            break

    assert tried.got == tried.expected, f"seed {tried.seed}"
