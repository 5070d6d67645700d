"""The learner's Python: one client, pinned, and a build that is whole or not there."""

from __future__ import annotations

import re
import shutil
import stat
import subprocess
from pathlib import Path

import pytest

from judge.errors import JudgeError
from judge.home import Home
from judge.sandbox import runtime
from judge.sandbox.runtime import build_learner_runtime, runtime_is_built

ROOT = Path(__file__).parents[3]


@pytest.fixture
def copy(runtime_home: Home, tmp_path: Path) -> Home:
    """A data directory of the test's own that holds a built runtime."""
    home = Home(tmp_path / "data")
    shutil.copytree(runtime_home.learner_runtime, home.learner_runtime, symlinks=True)
    return home


def test_it_is_built_from_the_version_that_the_platform_itself_uses() -> None:
    pinned = re.search(r"^confluent-kafka==(\S+)", runtime._LOCK.read_text(), re.M)
    ours = re.search(r"^confluent-kafka==(\S+)", (ROOT / "requirements.lock").read_text(), re.M)

    assert pinned
    assert ours
    assert pinned[1] == ours[1]


def test_it_holds_the_client_and_nothing_else(runtime_home: Home) -> None:
    packages = next(runtime_home.learner_runtime.glob("lib/python3*/site-packages"))

    names = {path.name.split("-")[0] for path in packages.iterdir()}

    assert names <= {"confluent_kafka", "confluent_kafka.libs", "__pycache__"}


def test_it_can_be_read_by_every_user(runtime_home: Home) -> None:
    closed = [
        path
        for path in runtime_home.learner_runtime.rglob("*")
        if not path.is_symlink() and not path.stat().st_mode & stat.S_IROTH
    ]

    assert closed == []


def test_it_names_only_its_final_place(runtime_home: Home) -> None:
    building = f"{runtime_home.learner_runtime}.building"

    found = subprocess.run(
        ["grep", "-rl", building, str(runtime_home.learner_runtime)], capture_output=True, text=True
    )

    assert [line for line in found.stdout.splitlines() if not line.endswith("pyvenv.cfg")] == []


def test_it_is_not_built_again_while_it_is_as_it_should_be(copy: Home) -> None:
    said: list[str] = []

    build_learner_runtime(copy, said.append)

    assert said == []


def test_it_is_built_again_when_the_lock_has_changed(
    copy: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert runtime_is_built(copy)
    monkeypatch.setattr(runtime, "_expected", lambda: {"lock": "another"})

    assert not runtime_is_built(copy)


@pytest.mark.parametrize("broken", ["", "{", "[]"])
def test_it_is_not_there_when_its_marker_says_nothing(copy: Home, broken: str) -> None:
    (copy.learner_runtime / "faultline.json").write_text(broken)

    assert not runtime_is_built(copy)


def test_it_leaves_what_was_there_when_a_build_fails(
    copy: Home, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    wrong = tmp_path / "wrong.lock"
    wrong.write_text("confluent-kafka==2.16.1 --hash=sha256:" + "0" * 64 + "\n")
    monkeypatch.setattr(runtime, "_LOCK", wrong)

    with pytest.raises(JudgeError) as failed:
        build_learner_runtime(copy)

    assert failed.value.code == "runtime-not-built"
    assert "hash" in failed.value.detail.lower()
    assert (copy.learner_runtime / "bin" / "python3").exists()


def test_it_is_whole_after_a_build_from_nothing(tmp_path: Path) -> None:
    home = Home(tmp_path / "new")

    build_learner_runtime(home)

    assert runtime_is_built(home)
    assert sorted(path.name for path in home.path.iterdir()) == ["runtime"]
    assert not list(home.learner_runtime.glob("bin/activate*"))
