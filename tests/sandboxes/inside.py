"""Enters a running sandbox from the host, as its own root, to set things up or to look around."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from judge.sandbox.link import Sandbox
from judge.sandbox.spawn import sandbox_command
from judge.sandbox.uid import claim_uid

PATIENCE_S = 60


def supervisor_pid(sandbox: Sandbox) -> int:
    """The host's number of the supervisor: the child of the sandbox's first process."""
    assert sandbox.first_pid is not None
    return supervisor_of(sandbox.first_pid)


def supervisor_of(first: int) -> int:
    """The host's number of the supervisor under the first process `first`."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and _parent(int(entry.name)) == first:
            return int(entry.name)
    raise AssertionError("the sandbox has no supervisor")


def entering_command(sandbox: Sandbox, namespace: str, argv: list[str]) -> list[str]:
    """A command that runs `argv` inside, in one of the sandbox's network namespaces."""
    supervisor = supervisor_pid(sandbox)
    fd = sandbox.hello["namespaces"][namespace]
    enter = ["nsenter", "-t", str(supervisor), "--user", "--pid", "--mount", "--ipc", "--uts"]
    enter += [f"--net=/proc/{supervisor}/fd/{fd}", "--preserve-credentials", "--wd=/", "--", *argv]
    if os.geteuid() != 0:
        return enter
    uid = Path(f"/proc/{supervisor}").stat().st_uid
    return ["setpriv", f"--reuid={uid}", f"--regid={uid}", "--clear-groups", "--", *enter]


def look_inside(sandbox: Sandbox, namespace: str, code: str) -> str:
    """Run Python text inside a running sandbox and return what it prints."""
    done = subprocess.run(
        entering_command(sandbox, namespace, ["/usr/bin/python3", "-c", code]),
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def run_as_supervisor(home: object, code: str, timeout_s: float = PATIENCE_S) -> str:
    """Run Python text in the supervisor's place, in a fresh sandbox, and return what it prints."""
    uid = claim_uid() if os.geteuid() == 0 else None
    try:
        command = sandbox_command(home, uid.number if uid else None)  # type: ignore[arg-type]
        assert command[-2:] == ["-m", "judge.inside"]
        done = subprocess.run(
            [*command[:-2], "-c", code],
            capture_output=True,
            text=True,
            env={},
            cwd="/",
            timeout=timeout_s,
        )
    finally:
        if uid is not None:
            uid.release()
    assert done.returncode == 0, done.stderr
    return done.stdout


def _parent(pid: int) -> int | None:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return None
    return int(stat.rsplit(")", 1)[1].split()[1])
