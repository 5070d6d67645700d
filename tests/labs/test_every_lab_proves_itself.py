"""Every solution of every lab gets the verdict it declares, for the reason it declares."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from judge.home import find_home
from judge.kafka.shape import Shape
from judge.lab import Lab, lab_folders, load_lab
from judge.sandbox.pool import Pool
from judge.solutions import Solution, load_solutions
from judge.verify import try_solution

LABS = [load_lab(folder) for folder in lab_folders(Path(__file__).parents[2] / "labs")]
CASES = [(lab, solution) for lab in LABS for solution in load_solutions(lab)]

pytestmark = [pytest.mark.brokers, pytest.mark.slow]


@pytest.fixture(scope="module")
def pools() -> Iterator[dict[str, Pool]]:
    made: dict[str, Pool] = {}
    yield made
    for pool in made.values():
        pool.close()


@pytest.mark.parametrize(
    ("lab", "solution"), CASES, ids=[f"{lab.slug}-{solution.name}" for lab, solution in CASES]
)
def test_it_judges_the_solution_as_declared(
    lab: Lab, solution: Solution, pools: dict[str, Pool], tmp_path: Path
):
    home = find_home()
    if lab.slug not in pools:
        pools[lab.slug] = Pool(home, size=1, shape=Shape(settings=dict(lab.scenario.shape)))

    tried = try_solution(lab, solution, home, pools[lab.slug], tmp_path)
    if tried.inconclusive:
        # Neither right nor wrong, and the site runs it again once as well. A FAIL never is.
        tried = try_solution(lab, solution, home, pools[lab.slug], tmp_path)

    assert tried.got == tried.expected, f"seed {tried.seed}"
