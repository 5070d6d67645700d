"""docs/sandbox.md says what the code does: the limits, the ids, the tests it names."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from judge.inside import jail_command, limits
from judge.inside.limits import Limits
from judge.sandbox.programs import PACKAGES
from judge.sandbox.uid import FIRST_UID, LAST_UID

ROOT = Path(__file__).parents[3]
TEXT = (ROOT / "docs" / "sandbox.md").read_text(encoding="utf-8")

USUAL = Limits()
ROWS = {
    "wall clock": f"{USUAL.wall_s:g} s",
    "memory, all processes together": f"{USUAL.memory_bytes >> 20} MB",
    "processes and threads": str(USUAL.processes),
    "output, both streams together": f"{USUAL.output_bytes >> 10} KB",
    "one line of output": f"{limits.LINE_BYTES >> 10} KB",
    "one file": f"{USUAL.file_bytes >> 20} MB",
    "/tmp": f"{USUAL.tmp_bytes >> 20} MB, {limits.TMP_FILES} files",
    "/dev/shm": f"{jail_command._SHM_BYTES >> 20} MB",
    "processor time of a process": f"{USUAL.cpu_s} s",
    "open files of a process": str(limits.OPEN_FILES),
}


@pytest.mark.parametrize("row", ROWS)
def test_it_publishes_the_limit_that_is_set(row: str) -> None:
    assert f"| {row} | {ROWS[row]} |" in TEXT


def test_it_names_tests_that_exist() -> None:
    named = set(re.findall(r"`(test_\w+)`", TEXT))

    assert named == {path.stem for path in (ROOT / "tests/judge/attacks").glob("test_*.py")} & named
    assert len(named) >= 7


def test_it_names_the_user_ids_of_sandboxes() -> None:
    assert f"{FIRST_UID}–{LAST_UID}" in TEXT


def test_it_names_every_package_that_a_sandbox_needs() -> None:
    needed = set(PACKAGES.values()) - {"mount"}

    assert {package for package in needed if package not in TEXT} == set()
