"""Brings the tools that the front end is built with; only the check of the bundle needs them."""

from __future__ import annotations

import hashlib
import os
import subprocess

from launcher.errors import RefusedError
from launcher.project import Project
from launcher.stages import Stage

_STAMP = ".faultline-installed"


def ensure_frontend_tools(project: Project, step: Stage) -> None:
    """Install what package-lock.json pins into the front end's node_modules, unless it is there.

    Raises:
        RefusedError: npm failed.
    """
    folder = project.frontend
    stamp = folder / "node_modules" / _STAMP
    wanted = hashlib.sha256((folder / "package-lock.json").read_bytes()).hexdigest()
    if stamp.is_file() and stamp.read_text(encoding="ascii") == wanted:
        step.result = "there already"
        return
    step.say("fetching what package-lock.json pins")
    # Its scripts are not run: nothing that we use needs one, and one less stranger runs here.
    command = [*npm(project), "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    done = subprocess.run(
        command, cwd=folder, env=with_node(project), capture_output=True, text=True
    )
    if done.returncode != 0:
        raise RefusedError(
            "the front end's tools could not be fetched.",
            "Is there a network? ./faultline up does not need them; the test of the bundle does.",
            (done.stdout + done.stderr)[-1500:],
        )
    stamp.write_text(wanted, encoding="ascii")
    step.result = "installed"


def npm(project: Project) -> list[str]:
    """The npm that came with the locked Node.js."""
    return [str(project.venv / "bin" / "npm")]


def with_node(project: Project) -> dict[str, str]:
    """The environment of this process, with the locked Node.js before any other."""
    path = os.pathsep.join([str(project.venv / "bin"), os.environ.get("PATH", "")])
    return {**os.environ, "PATH": path}
