"""Runs a program in a sandbox's jail, or, for a control, in a jail that lacks a guard."""

from __future__ import annotations

import base64
import os
import subprocess
import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

from judge.bwrap import system_folders
from judge.sandbox.link import Sandbox
from judge.sandbox.uid import claim_uid

PATIENCE_S = 120
"""Longer than anything here takes on a busy machine; a bound, not an expectation."""


def run_program(
    sandbox: Sandbox,
    code: str,
    *,
    limits: Mapping[str, Any] | None = None,
    stdin_lines: Sequence[str] = (),
    files: Mapping[str, bytes] | None = None,
) -> dict[str, Any]:
    """Run `code` as /work/main.py and return what the operation `program` answers."""
    bodies = {"main.py": textwrap.dedent(code).encode(), **(files or {})}
    return sandbox.request(
        "program",
        timeout_s=PATIENCE_S,
        files={name: base64.b64encode(body).decode() for name, body in bodies.items()},
        argv=["main.py"],
        limits=dict(limits or {}),
        stdin_lines=list(stdin_lines),
    )


def run_kind(
    sandbox: Sandbox,
    kind: str,
    text: str,
    *,
    limits: Mapping[str, Any] | None = None,
    stdin_lines: Sequence[str] = (),
    env: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Run `text` as the one file of a program of another kind, and return what came of it."""
    name = {"runbook": "runbook.sh", "java": "Main.java"}[kind]
    return sandbox.request(
        "program",
        timeout_s=3 * PATIENCE_S,
        files={name: base64.b64encode(textwrap.dedent(text).encode()).decode()},
        argv=[name],
        limits={"wall_s": 2 * PATIENCE_S, **(limits or {})},
        stdin_lines=list(stdin_lines),
        env=dict(env or {}),
        kind=kind,
    )


def unguarded(code: str, *options: str, env: Mapping[str, str] | None = None) -> str:
    """Run `code` in a weak jail: bwrap with the system's folders and `options` alone.

    The control of an attack: what it prints shows that the attack works without the guard.
    """
    command = ["bwrap", *system_folders("bin", "lib", "lib64"), "--proc", "/proc", "--dev", "/dev"]
    command += ["--unshare-user", "--die-with-parent", *options]
    command += ["--", "/usr/bin/python3", "-c", textwrap.dedent(code)]
    uid = claim_uid() if os.geteuid() == 0 else None
    if uid is not None:
        drop = ["setpriv", f"--reuid={uid.number}", f"--regid={uid.number}", "--clear-groups"]
        command = [*drop, "--", *command]
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            env=dict(env or {}),
            cwd="/",
            timeout=PATIENCE_S,
        )
    finally:
        if uid is not None:
            uid.release()
    return done.stdout + done.stderr
