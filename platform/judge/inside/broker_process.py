"""Starts the process of a node: in its namespace, without rights, its syncs watched or not."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path

from judge.inside.fsync_gate import FsyncGate
from judge.inside.namespaces import enter_namespace

WITHOUT_RIGHTS = ("setpriv", "--bounding-set=-all", "--inh-caps=-all", "--")
"""A broker is the sandbox's root by name only: as for any user, a file's mode binds it."""


def start_process(
    command: Sequence[str], log: Path, ns_fd: int, gate: FsyncGate | None
) -> subprocess.Popen[bytes]:
    """Start `command`; what it prints is appended to `log`.

    Its syncs wait for `gate`, where there is one, from its first to its last.
    """
    if gate is not None:
        gate.prepare()

    def prepare() -> None:
        enter_namespace(ns_fd)
        if gate is not None:
            gate.enter()

    with log.open("ab") as out:
        process = subprocess.Popen(
            [*WITHOUT_RIGHTS, *command],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            env={},
            cwd="/",
            preexec_fn=prepare,
        )
    if gate is not None:
        gate.open()
    return process
