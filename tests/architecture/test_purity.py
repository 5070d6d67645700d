"""A verdict is a pure function of the history: checkers can reach nothing else."""

import ast

import pytest

from architecture.source import PLATFORM, modules, shown, tree

CHECKERS = PLATFORM / "judge" / "checkers"
ALLOWED_OF_JUDGE = {"history", "verdict", "index", "errors", "checkers", "terms", "anomalies"}
FORBIDDEN = {"os", "pathlib", "subprocess", "socket", "time", "random", "io", "shutil", "threading"}


def imported(path):
    """Every module that the file imports, by its dotted name."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


@pytest.mark.parametrize("path", [p for p in modules() if p.is_relative_to(CHECKERS)], ids=shown)
def test_it_lets_a_checker_see_the_history_and_nothing_else(path):
    names = list(imported(path))
    of_judge = {name.split(".")[1] for name in names if name.startswith("judge.")}

    assert of_judge <= ALLOWED_OF_JUDGE
    assert {name.split(".")[0] for name in names}.isdisjoint(FORBIDDEN)


@pytest.mark.parametrize("path", modules(), ids=shown)
def test_it_uses_no_signals_of_django(path):
    assert [name for name in imported(path) if name.startswith("django.dispatch")] == []
    assert [name for name in imported(path) if name.endswith(".signals")] == []
