"""Writes the lock files anew from pyproject.toml: every package pinned, every file by its hash."""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Callable
from pathlib import Path

from launcher.errors import RefusedError
from launcher.project import Project
from launcher.stages import Stage

_RESOLVER = "uv"
_HEAD = """\
# {what}
# Written by ./faultline lock from pyproject.toml; do not edit.
"""


def write_locks(project: Project, step: Stage, upgrade: bool) -> None:
    """Resolve the declared dependencies for every supported Python and write both locks.

    Without `upgrade`, versions that still fit stay as they are.

    Raises:
        RefusedError: no network, or the declared dependencies contradict each other.
    """
    declared = tomllib.loads(project.pyproject.read_text(encoding="utf-8"))
    runtime = [*declared["build-system"]["requires"], *declared["project"]["dependencies"]]
    test = declared["dependency-groups"]["test"]
    with tempfile.TemporaryDirectory(prefix="faultline-lock-") as folder:
        resolve = _resolver(Path(folder), step, upgrade)
        step.say("resolving")
        pinned = resolve(runtime, project.runtime_lock, None)
        _write(project.runtime_lock, "What ./faultline up installs.", pinned)
        both = resolve(runtime + test, project.test_lock, project.runtime_lock)
    added = {name: lines for name, lines in both.items() if name not in pinned}
    _write(project.test_lock, "What ./faultline test installs on top.", added)
    step.result = f"{len(pinned)} pinned, {len(added)} more for tests"


def blocks(text: str) -> dict[str, str]:
    """A lock's requirements by name; each value is the lines that pin it."""
    lines = "".join(line for line in text.splitlines(True) if not line.startswith("#"))
    found = re.split(r"^(?=[A-Za-z0-9])", lines, flags=re.MULTILINE)
    return {re.split(r"[\s=\[;]", block)[0].lower(): block for block in found if block.strip()}


def _write(path: Path, what: str, pinned: dict[str, str]) -> None:
    body = "".join(pinned[name] for name in sorted(pinned))
    path.write_text(_HEAD.format(what=what) + body, encoding="utf-8")


Resolve = Callable[[list[str], Path, Path | None], dict[str, str]]
"""(requirements, the lock whose versions are kept, constraints) → blocks by name."""


def _resolver(folder: Path, step: Stage, upgrade: bool) -> Resolve:
    """The resolver, in an environment of its own: Faultline itself does not need it."""
    step.say(f"fetching {_RESOLVER}")
    venv = folder / "venv"
    _run([sys.executable, "-m", "venv", str(venv)])
    _run([str(venv / "bin" / "pip"), "install", "-q", _RESOLVER])

    def resolve(wanted: list[str], lock: Path, constraints: Path | None) -> dict[str, str]:
        source, out = folder / "wanted.in", folder / "out.lock"
        source.write_text("\n".join(wanted) + "\n", encoding="utf-8")
        # The resolver keeps the versions that it finds in the file it is to write.
        out.write_text("" if upgrade or not lock.exists() else lock.read_text(encoding="utf-8"))
        command = [str(venv / "bin" / _RESOLVER), "pip", "compile", "-q", "--universal"]
        command += ["--generate-hashes", "--python-version", "3.11", "--no-header"]
        command += ["--no-annotate", "--no-emit-index-url", "--no-config", str(source)]
        command += ["-o", str(out), *(["-c", str(constraints)] if constraints else [])]
        _run(command)
        return blocks(out.read_text(encoding="utf-8"))

    return resolve


def _run(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise RefusedError(
            "the locks could not be written.",
            "Is there a network, and do the dependencies in pyproject.toml fit together?",
            (done.stdout + done.stderr)[-2000:],
        )
