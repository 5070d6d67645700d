"""Starts the tap's process with the two pipes it is driven and read by."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from judge.inside.tap.places import Places

_SOURCE_ROOT = Path(__file__).resolve().parents[3]


@dataclass(frozen=True, slots=True)
class TapProcess:
    """A started tap, seen from its parent. When `control` closes, the process ends by itself."""

    process: subprocess.Popen[bytes]
    control: socket.socket
    evidence_fd: int
    log_fd: int

    def log_tail(self, most_bytes: int) -> str:
        """The end of what it wrote to stderr: nothing, unless it broke."""
        size = os.fstat(self.log_fd).st_size
        return os.pread(self.log_fd, most_bytes, max(0, size - most_bytes)).decode(errors="replace")


def spawn_tap(places: Places) -> TapProcess:
    """Start `python -m judge.inside.tap`; it listens nowhere until told to."""
    ours, theirs = socket.socketpair()
    evidence_fd, write_fd = os.pipe()
    log_fd = os.memfd_create("tap-log")
    try:
        process = subprocess.Popen(
            [sys.executable, "-m", "judge.inside.tap", places.to_json(),
             str(theirs.fileno()), str(write_fd)],
            stdin=subprocess.DEVNULL,
            stdout=log_fd,
            stderr=log_fd,
            pass_fds=(theirs.fileno(), write_fd, *places.namespace_fds),
            env={**os.environ, "PYTHONPATH": str(_SOURCE_ROOT)},
        )  # fmt: skip
    finally:
        # Only the child may hold these, or its death would not show as an end of file.
        theirs.close()
        os.close(write_fd)
    return TapProcess(process, ours, evidence_fd, log_fd)
