"""Runs everything that must hold before a change lands, quickest first, and sums it up."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from judge.home import Home
from launcher.frontend import npm, with_node
from launcher.project import Project

_SLOW = "brokers or browser or slow"
_NO_TESTS = 5
"""pytest's exit code when it found none to run."""


@dataclass(frozen=True, slots=True)
class Part:
    """One command of the test run; `may_be_empty`: finding no test to run is no failure."""

    name: str
    command: tuple[str, ...]
    may_be_empty: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a part ended and how long it took."""

    name: str
    passed: bool
    seconds: float


def lint(project: Project) -> int:
    """Run the parts that only read the source. Returns the exit code."""
    return _summed_up(run_parts(project, lint_parts(project), with_node(project)))


def test(project: Project, home: Home, arguments: list[str]) -> int:
    """Run everything, or only pytest with the given arguments. Returns the exit code."""
    environment = {**with_node(project), "FAULTLINE_DATA": str(home.path)}
    given = [word for word in arguments if word != "--"]
    if given:
        parts = [Part("pytest", (*_tool(project, "pytest"), *given))]
    else:
        parts = [*lint_parts(project), *test_parts(project)]
    return _summed_up(run_parts(project, parts, environment))


def lint_parts(project: Project) -> list[Part]:
    """Style, types, import rules, and whether the committed bundle is what its source gives."""
    return [
        Part("ruff", (*_tool(project, "ruff"), "check", "platform", "tests", "manage.py")),
        Part("mypy", _tool(project, "mypy")),
        Part("import rules", (str(project.venv / "bin" / "lint-imports"), "--no-cache")),
        Part(
            "front-end bundle", (*npm(project), "--prefix", str(project.frontend), "run", "check")
        ),
    ]


def test_parts(project: Project) -> list[Part]:
    """The test suite in two runs: what needs no broker and no browser comes first."""
    pytest = _tool(project, "pytest")
    return [
        Part("quick tests", (*pytest, "-q", "-m", f"not ({_SLOW})")),
        Part("slow tests", (*pytest, "-q", "-m", _SLOW), may_be_empty=True),
    ]


def run_parts(
    project: Project, parts: Iterable[Part], environment: Mapping[str, str]
) -> list[Outcome]:
    """Run every part, also after one failed: one run should show all that is wrong."""
    outcomes = []
    for part in parts:
        print(f"\n── {part.name} " + "─" * (70 - len(part.name)), flush=True)
        began = time.monotonic()
        code = subprocess.run(part.command, cwd=project.root, env=dict(environment)).returncode
        passed = code == 0 or (part.may_be_empty and code == _NO_TESTS)
        outcomes.append(Outcome(part.name, passed, time.monotonic() - began))
    return outcomes


def _tool(project: Project, module: str) -> tuple[str, ...]:
    return (str(project.python), "-m", module)


def _summed_up(outcomes: list[Outcome]) -> int:
    print("\n" + "─" * 74)
    for outcome in outcomes:
        word = "passed" if outcome.passed else "FAILED"
        print(f"  {outcome.name:<20} {word}  {outcome.seconds:7.1f} s")
    failed = [outcome.name for outcome in outcomes if not outcome.passed]
    print(f"  {'all':<20} {'FAILED: ' + ', '.join(failed) if failed else 'passed'}", flush=True)
    return 1 if failed else 0
