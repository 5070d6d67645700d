"""Runs the tests of a checker against every mutant of it: `python -m mutation [NAME…]`.

Each mutant is tried in a process forked from this one, which has imported pytest and nothing of
the judge. A mutant that no test notices is printed; `equivalent.toml` lists those that nothing
can notice, each with its reason. Exit 1 when fewer than 95 % of the others are noticed.
"""

from __future__ import annotations

import argparse
import ast
import importlib.abc
import importlib.util
import os
import random
import signal
import sys
import tomllib
from pathlib import Path

import hypothesis  # noqa: F401  (so that the children need not)
import pytest

from mutation.mutants import Mutant, mutants

ROOT = Path(__file__).parents[2]
CHECKERS = ROOT / "platform" / "judge" / "checkers"
TESTS = ROOT / "tests" / "judge"
EQUIVALENT = Path(__file__).with_name("equivalent.toml")
SETTINGS = Path(__file__).with_name("settings.ini")
BAR = 0.95
PATIENCE_S = 120
"""A mutant that runs longer, on one processor of its own, has been noticed."""

MORE_TESTS = {
    "evidence": ["checkers/test_lost_writes_shown.py", "checkers/test_unseen.py",
                 "checkers/test_evidence.py"],
    "asked": ["checkers/test_phantom.py", "checkers/test_inconsistent_offsets.py"],
    "lost_writes": ["verdicts/test_joining.py", "checkers/test_lost_without_acknowledgement.py",
                    "checkers/test_lost_writes_shown.py"],
    "exactly_once_copy": ["checkers/test_copies_there_twice.py"],
    "aborted_reads": ["checkers/test_transactions.py"],
    "torn_transaction": ["checkers/test_transactions.py"],
    "stuck_group": ["checkers/test_group_progress.py"],
    "rebalance_pause": ["checkers/test_group_progress.py"],
    "stall": ["checkers/test_group_progress.py"],
    "log_growth": ["checkers/test_logs_and_tables.py"],
    "balance": ["checkers/test_logs_and_tables.py"],
    "rebuilt_table": ["checkers/test_logs_and_tables.py"],
    "alert_run": ["checkers/test_alerts.py"],
    "missed_alerts": ["checkers/test_alerts.py"],
    "false_pages": ["checkers/test_alerts.py"],
}  # fmt: skip
"""Where a checker is tested besides `checkers/test_<its name>.py`."""


class Changed(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Imports one module from a changed tree."""

    def __init__(self, name: str, path: Path, mutant: Mutant) -> None:
        self._name, self._path, self._mutant = name, path, mutant

    def find_spec(self, name, path=None, target=None):
        if name != self._name:
            return None
        return importlib.util.spec_from_file_location(name, self._path, loader=self)

    def exec_module(self, module):
        exec(compile(self._mutant.make(), str(self._path), "exec"), module.__dict__)


def files_for(name: str) -> list[str]:
    """The test files that are run against mutants of this checker."""
    own = TESTS / "checkers" / f"test_{name}.py"
    found = [own] if own.is_file() else []
    found += [TESTS / more for more in MORE_TESTS.get(name, ()) if (TESTS / more).is_file()]
    told = TESTS / "checkers" / "test_told.py"
    found += [told] if f'"{name}": (' in told.read_text(encoding="utf-8") else []
    if not found:
        texts = {path: path.read_text(encoding="utf-8") for path in TESTS.rglob("test_*.py")}
        found = [path for path, text in sorted(texts.items()) if f"import {name}" in text
                 or f", {name}" in text]  # fmt: skip
    return [str(path) for path in found]


def noticed(name: str, mutant: Mutant, tests: list[str]) -> bool:
    """Whether any test fails; a crash and a mutant that does not end count as well."""
    pid = os.fork()
    if pid == 0:
        signal.alarm(PATIENCE_S)
        sys.meta_path.insert(0, Changed(f"judge.checkers.{name}", CHECKERS / f"{name}.py", mutant))
        silence = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silence, 1)
        os.dup2(silence, 2)
        os._exit(int(pytest.main(["-c", str(SETTINGS), *tests])))
    return os.waitpid(pid, 0)[1] != 0


def say(text: str) -> None:
    """Print a line now: a whole run takes half an hour."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def score(name: str, share: float, rng: random.Random) -> tuple[int, int]:
    """How many mutants of one checker were tried, and how many were noticed."""
    known = tomllib.loads(EQUIVALENT.read_text(encoding="utf-8")).get(name, {})
    source = (CHECKERS / f"{name}.py").read_text(encoding="utf-8")
    tests = files_for(name)
    whole = Mutant(0, "nothing", "nothing", "", lambda: ast.parse(source))
    if not tests or noticed(name, whole, tests):
        sys.exit(f"{name}: its tests fail without any change: {tests}")
    tried = killed = 0
    for mutant in mutants(source):
        if mutant.name in known or mutant.placed in known or rng.random() >= share:
            continue
        tried += 1
        if noticed(name, mutant, tests):
            killed += 1
        else:
            say(f"{name}.py:{mutant.line}: {mutant.name}")
    say(f"{name}: {killed} of {tried}")
    return tried, killed


def main() -> int:
    """Score the named checkers, or all."""
    parser = argparse.ArgumentParser(prog="python -m mutation", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--share", type=float, default=1.0, help="of the mutants, at random")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    os.nice(10)
    os.chdir(ROOT)
    names = asked.names or sorted(p.stem for p in CHECKERS.glob("[!_]*.py"))
    rng = random.Random(asked.seed)
    found = [score(name, asked.share, rng) for name in names]
    tried, killed = (sum(column) for column in zip(*found, strict=True))
    say(f"{killed / tried:.1%} of {tried} mutants were noticed")
    return 0 if killed >= BAR * tried else 1


if __name__ == "__main__":
    sys.exit(main())
