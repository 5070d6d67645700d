"""The mutants are small, one change each, and leave texts and annotations alone."""

from __future__ import annotations

import ast
import tomllib

import pytest

from mutation.__main__ import CHECKERS, EQUIVALENT, files_for
from mutation.mutants import mutants


def made(source):
    return [mutant.name for mutant in mutants(source)]


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("a < b", ["a < b -> a <= b", "a < b -> a > b"]),
        ("a == b", ["a == b -> a != b"]),
        ("a and b", ["a and b -> a or b", "a and b -> b", "a and b -> a"]),
        ("not a", ["not a -> a"]),
        ("x = a + b", ["a + b -> a - b"]),
        ("x = 7", ["7 -> 8"]),
        ("x = True", ["True -> False"]),
        ("x = min(a)", ["min -> max"]),
        ("a if c else b", ["a if c else b -> a", "a if c else b -> b"]),
        ("f(x)", ["f(x) -> pass"]),
        ("x += y", ["x += y -> pass"]),
    ],
)
def test_it_changes_one_thing_at_a_time(source, names):
    assert made(source) == names


def test_it_takes_a_branch_away():
    assert made("if a:\n    b = c")[0].endswith("if False: b = c")


@pytest.mark.parametrize(
    "source",
    ['x = "a text"', "def f(x: list[int] | None) -> int | None: ...", "Row = tuple[float, str]",
     "@dataclass(frozen=True)\nclass A: pass"],
)  # fmt: skip
def test_it_leaves_texts_and_annotations_alone(source):
    assert made(source) == []


def test_it_tells_two_places_of_one_change_apart_by_their_lines():
    places = [mutant.placed for mutant in mutants("x = a[0]\nif a:\n    y = b[0]")]

    assert places[-2:] == ["0 -> 1 in: x = a[0]", "0 -> 1 in: y = b[0]"]


def test_every_mutant_is_a_module_of_its_own():
    source = "x = 1 + 2\ny = a < b"

    whole = {ast.unparse(mutant.make()) for mutant in mutants(source)}

    assert len(whole) == len(made(source)) == 5
    assert ast.unparse(ast.parse(source)) not in whole


def test_every_checker_has_tests_that_its_mutants_are_run_against():
    names = [path.stem for path in CHECKERS.glob("[!_]*.py")]

    assert [name for name in names if not files_for(name)] == []


def test_whatever_is_excused_can_still_be_made():
    for name, excused in tomllib.loads(EQUIVALENT.read_text(encoding="utf-8")).items():
        all_made = list(mutants((CHECKERS / f"{name}.py").read_text(encoding="utf-8")))
        known = {mutant.name for mutant in all_made} | {mutant.placed for mutant in all_made}

        assert set(excused) - known == set()
        assert all(reason.endswith(".") for reason in excused.values())
