"""Builds the learner's Python: the system's interpreter and one Kafka client, nothing of ours."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from judge.errors import JudgeError
from judge.home import Home

SYSTEM_PYTHON = Path("/usr/bin/python3")
"""The jail has /usr and no other interpreter; a Python under /root could not be reached there."""

_LOCK = Path(__file__).with_name("learner.lock")
_RECIPE = 1
"""Raised when this file builds something else from the same lock."""

_MARKER = "faultline.json"

OnProgress = Callable[[str], None]


def runtime_is_built(home: Home) -> bool:
    """Whether the learner's Python is there, whole, and made from today's lock and Python."""
    marker = home.learner_runtime / _MARKER
    try:
        return bool(json.loads(marker.read_text(encoding="utf-8")) == _expected())
    except (OSError, ValueError):
        return False


def build_learner_runtime(home: Home, on_progress: OnProgress = lambda _: None) -> None:
    """Build it unless it is built. Takes seconds and one download of 5 MB.

    It is made in a folder beside its place and then renamed, so that a build that was cut short
    leaves what was there before.

    Raises:
        JudgeError: "runtime-not-built", with what venv or pip said.
    """
    if runtime_is_built(home):
        return
    final = home.learner_runtime
    building, old = (final.with_name(final.name + end) for end in (".building", ".old"))
    home.path.mkdir(parents=True, exist_ok=True)
    for leftover in (building, old):
        shutil.rmtree(leftover, ignore_errors=True)
    on_progress("the learner's Python")
    _run([str(SYSTEM_PYTHON), "-m", "venv", "--without-pip", "--symlinks", str(building)])
    on_progress("the Kafka client for it (5 MB)")
    _install(building)
    _compile(building, final)
    (building / _MARKER).write_text(json.dumps(_expected()), encoding="utf-8")
    _open_to_all(building)
    if final.exists():
        final.rename(old)
    building.rename(final)
    shutil.rmtree(old, ignore_errors=True)


def _install(building: Path) -> None:
    # Our own pip works on the other environment, so that one needs no pip and has none.
    pip = [sys.executable, "-m", "pip", "--python", str(building / "bin" / "python")]
    options = ["--quiet", "--no-input", "--disable-pip-version-check", "--no-deps", "--no-compile"]
    wheels = ["--only-binary", ":all:", "--require-hashes", "--requirement", str(_LOCK)]
    _run([*pip, "install", *options, *wheels])
    for script in building.glob("bin/[Aa]ctivate*"):
        script.unlink()  # they name the folder it was built in


def _compile(building: Path, final: Path) -> None:
    """Write the bytecode now, under its final name: the jail sees the folder read-only."""
    python, libraries = building / "bin" / "python", building / "lib"
    rename = ["-s", str(building), "-p", str(final)]
    _run([str(python), "-m", "compileall", "-q", *rename, str(libraries)])


def _open_to_all(folder: Path) -> None:
    """Readable for every user, whatever the umask was: sandboxes run as users of their own."""
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            mode = path.stat().st_mode
            path.chmod(mode | (0o555 if path.is_dir() or mode & 0o100 else 0o444))


def _expected() -> dict[str, Any]:
    return {
        "recipe": _RECIPE,
        "python": str(SYSTEM_PYTHON.resolve()),
        "lock": hashlib.sha256(_LOCK.read_bytes()).hexdigest(),
    }


def _run(command: list[str]) -> None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError as error:
        raise JudgeError("runtime-not-built", "The learner's Python: no such program.") from error
    if done.returncode:
        message = f"The learner's Python could not be built: `{command[0]}` failed."
        raise JudgeError("runtime-not-built", message, (done.stderr or done.stdout)[-4000:])
