"""A verdict is a pure function of the history: what a checker can reach does and knows no more."""

import ast

import pytest

from architecture.source import PLATFORM, modules, shown, tree

JUDGE = PLATFORM / "judge"
# It writes and reads histories as files; checkers use its Op only.
FILES = {"judge.history"}
IMPURE = {"os", "pathlib", "subprocess", "socket", "time", "random", "io", "shutil", "threading"}
WORLD = ("judge.inside", "judge.sandbox", "judge.kafka", "judge.run", "judge.home", "judge.cli")


def imported(path):
    """Every module that the file imports, by its dotted name."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def file_of(name):
    path = PLATFORM / name.replace(".", "/")
    found = [p for p in (path.with_suffix(".py"), path / "__init__.py") if p.is_file()]
    return found[0] if found and name != "judge" else None


def reached_by_checkers():
    """Every file of the engine that a checker imports, however far down."""
    open_, seen = sorted((JUDGE / "checkers").glob("*.py")), set()
    while open_:
        path = open_.pop()
        if path not in seen:
            seen.add(path)
            names = [name for name in imported(path) if name not in FILES]
            open_ += [found for name in names if (found := file_of(name))]
    return sorted(seen)


@pytest.mark.parametrize("path", reached_by_checkers(), ids=shown)
def test_it_lets_a_checker_see_the_history_and_nothing_else(path):
    names = list(imported(path))

    assert {name.split(".")[0] for name in names}.isdisjoint(IMPURE)
    assert [name for name in names if name.startswith(WORLD)] == []


@pytest.mark.parametrize("path", modules(), ids=shown)
def test_it_uses_no_signals_of_django(path):
    assert [name for name in imported(path) if name.startswith("django.dispatch")] == []
    assert [name for name in imported(path) if name.endswith(".signals")] == []
