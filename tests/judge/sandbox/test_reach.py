"""Root's sandboxes read what only root can reach, and leave no trace of how."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from judge.errors import SandboxUnavailableError
from judge.home import Home
from judge.sandbox.link import start_sandbox
from judge.sandbox.reach import is_reachable, lend
from sandboxes.programs import run_program

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root lends")


@pytest.fixture
def hidden() -> Iterator[Path]:
    """A folder that only its owner can enter, with a folder in it that all could read."""
    outer = Path(tempfile.mkdtemp(prefix="faultline-hidden-"))
    inner = outer / "data"
    inner.mkdir(mode=0o755)
    yield inner
    shutil.rmtree(outer)


def test_it_sees_that_a_folder_above_is_closed(hidden: Path) -> None:
    assert not is_reachable(hidden)
    assert is_reachable(Path("/usr/bin"))


def test_it_needs_no_mounts_when_all_can_be_reached() -> None:
    prefix, places = lend([Path("/usr"), Path("/usr/bin")])

    assert prefix == []
    assert places == {Path("/usr"): Path("/usr"), Path("/usr/bin"): Path("/usr/bin")}


def test_it_names_the_command_for_files_that_no_mount_makes_readable(hidden: Path) -> None:
    hidden.chmod(0o700)

    with pytest.raises(SandboxUnavailableError, match=r"Run: chmod -R o\+rX") as refused:
        lend([hidden])

    assert refused.value.code == "files-not-readable"


def test_it_covers_no_folder_that_it_has_to_lend_from(hidden: Path) -> None:
    prefix, places = lend([hidden])

    assert places[hidden] == Path("/mnt/0")
    assert prefix[-2:] == [str(hidden), "--"]


@as_root
def test_it_runs_programs_from_a_data_directory_that_only_root_can_enter(
    runtime_home: Home, hidden: Path
) -> None:
    home = Home(hidden)
    shutil.copytree(runtime_home.learner_runtime, home.learner_runtime, symlinks=True)

    with start_sandbox(home) as sandbox:
        ended = run_program(sandbox, "import confluent_kafka; print(confluent_kafka.__file__)")

        assert ended["stdout"].startswith("/runtime/lib/python3")
        mounts = Path("/proc/self/mountinfo").read_text().splitlines()
        assert [line for line in mounts if str(hidden) in line] == []
