"""Makes `.venv` and fills it with exactly the packages of the lock, checked by their hashes."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections import deque
from pathlib import Path

from launcher.errors import RefusedError
from launcher.project import Project
from launcher.stages import Stage, megabytes

_STAMP = ".faultline-installed"
_SIZE = re.compile(r"^\s*Downloading .*\(([\d.]+) (kB|MB|GB)\)")
_UNIT_BYTES = {"kB": 1_000, "MB": 1_000_000, "GB": 1_000_000_000}
_NO_NETWORK = re.compile(
    r"NewConnectionError|NameResolutionError|Temporary failure in name resolution|ConnectTimeout"
    r"|ReadTimeout|Network is unreachable|Could not find a version|ProxyError|SSLError"
)


def locks(project: Project, with_tests: bool) -> list[Path]:
    """The lock files that an environment is made from."""
    return [project.runtime_lock, *([project.test_lock] if with_tests else [])]


def lock_digest(project: Project, with_tests: bool) -> str:
    """Names one content of the environment: its locks, how we are packaged, the Python, the place.

    The place counts because an environment that was moved or copied does not work.
    """
    digest = hashlib.sha256()
    for path in locks(project, with_tests):
        digest.update(path.read_bytes() + b"\0")
    declared = tomllib.loads(project.pyproject.read_text(encoding="utf-8"))
    # The settings of ruff and the like change nothing that is installed.
    packaged = [declared.get("project"), declared.get("tool", {}).get("setuptools")]
    digest.update(json.dumps(packaged, sort_keys=True).encode())
    digest.update(f"{sys.version_info[:2]} {project.venv}".encode())
    return digest.hexdigest()


def installed(project: Project, with_tests: bool) -> bool:
    """Whether `.venv` already holds what the locks say. Reads a few files, starts nothing."""
    stamp = project.venv / _STAMP
    if not stamp.is_file() or not project.python.exists():
        return False
    # An environment with the tests' packages serves `up` as well.
    known = {lock_digest(project, tests) for tests in ({with_tests, True})}
    return stamp.read_text(encoding="ascii") in known


def ensure_wheels(project: Project, with_tests: bool, step: Stage) -> None:
    """Bring `.venv` to what the locks say; does nothing when it is there.

    Raises:
        RefusedError: no network, a hash that does not match, or a package that cannot be built.
    """
    if installed(project, with_tests):
        step.result = "there already"
        return
    (project.venv / _STAMP).unlink(missing_ok=True)
    _make_venv(project, step)
    size_bytes = _pip(project, _lock_arguments(project, with_tests), step)
    _pip(project, ["--no-deps", "--no-build-isolation", "-e", str(project.root)], step)
    (project.venv / _STAMP).write_text(lock_digest(project, with_tests), encoding="ascii")
    step.result = f"{_pinned(project, with_tests)} pinned, {megabytes(size_bytes)} downloaded"


def _make_venv(project: Project, step: Stage) -> None:
    if project.venv.exists() and not _usable(project):
        shutil.rmtree(project.venv)
    if project.venv.exists():
        return
    step.say("making .venv")
    made = subprocess.run(
        [sys.executable, "-m", "venv", str(project.venv)], capture_output=True, text=True
    )
    if made.returncode != 0:
        shutil.rmtree(project.venv, ignore_errors=True)
        raise RefusedError(
            f"could not make {project.venv}.",
            "Is the checkout writable, and is there room on the disk?",
            (made.stdout + made.stderr)[-800:],
        )


def _usable(project: Project) -> bool:
    """Whether the environment runs, is of this Python, and stands where it was made."""
    ask = "import sys; print(sys.version_info[:2], sys.prefix)"
    try:
        told = subprocess.run([project.python, "-c", ask], capture_output=True, text=True)
    except OSError:
        return False
    pip = project.venv / "bin" / "pip"
    here = pip.is_file() and str(project.venv) in pip.read_text(errors="replace").split("\n")[0]
    return here and told.stdout.strip() == f"{sys.version_info[:2]} {project.venv}"


def _lock_arguments(project: Project, with_tests: bool) -> list[str]:
    files = [word for path in locks(project, with_tests) for word in ("-r", str(path))]
    return ["--require-hashes", "--no-deps", *files]


def _pinned(project: Project, with_tests: bool) -> int:
    return sum(
        len(re.findall(r"^\S+==", path.read_text(encoding="utf-8"), re.MULTILINE))
        for path in locks(project, with_tests)
    )


def _pip(project: Project, arguments: list[str], step: Stage) -> int:
    """Run `pip install`, showing what it fetches; returns how many bytes were downloaded."""
    command = [
        str(project.python),
        "-m",
        "pip",
        "install",
        "--disable-pip-version-check",
        "--no-input",
    ]
    command += ["--progress-bar", "off", "--no-color", *arguments]
    pip = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=project.root,
        env={**os.environ, "PYTHONWARNINGS": "ignore", "PYTHONPATH": ""},
    )
    size_bytes, count, tail = 0, 0, deque[str](maxlen=12)
    for line in pip.stdout or ():
        tail.append(line)
        if found := _SIZE.match(line):
            size_bytes += int(float(found[1]) * _UNIT_BYTES[found[2]])
            count += 1
            step.say(f"{count} fetched, {megabytes(size_bytes)}")
        elif line.startswith("Installing collected"):
            step.say(f"unpacking, {megabytes(size_bytes)} fetched")
    if pip.wait() != 0:
        _refuse("".join(tail), project)
    return size_bytes


def _refuse(output: str, project: Project) -> None:
    if "THESE PACKAGES DO NOT MATCH THE HASHES" in output:
        problem = "a downloaded package is not the one that the lock names, so nothing was used."
        remedy = "Try again from another network; if it stays so, report it: somebody changed it."
    elif "No space left" in output:
        problem = f"the disk that holds {project.root} is full."
        remedy = "Make about 1 GB of room and run ./faultline again; it goes on where it stopped."
    elif _NO_NETWORK.search(output):
        problem = "the Python packages could not be fetched: the package index did not answer."
        output = ""  # five retries in pip's words say no more
        remedy = "Set-up needs a network (HTTPS_PROXY names a proxy); then run ./faultline again."
    else:
        problem = "the Python packages could not be installed."
        remedy = "The lines above are pip's own. ./faultline goes on where it stopped."
    raise RefusedError(problem, remedy, output)
