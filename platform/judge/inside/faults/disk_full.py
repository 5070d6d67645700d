"""Fills a broker's disk to the last byte, as a topic whose retention somebody forgot."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any

from judge.inside.faults.broken_log_dir import BrokenLogDir
from judge.inside.proving import prove
from judge.inside.run_state import RunState

FILLER = "filler"
FILL_TIMEOUT_S = 10.0
BLOCK = bytes(1 << 20)


class DiskFull(BrokenLogDir):
    """A file of our own beside the log directory takes what is left of the broker's tmpfs."""

    words = ("No space left on device",)

    def spoil(self, run: RunState, log_dir: Path) -> dict[str, Any]:
        """Fill; proved by the file system, which has no block to give."""
        disk = log_dir.parent
        error = "the disk did not fill up"
        # The broker may have given something back meanwhile: then that is filled too.
        prove(run, lambda: _fill(disk) == 0, FILL_TIMEOUT_S, error)
        return {"free_bytes": 0, "filler_bytes": (disk / FILLER).stat().st_size}

    def mend(self, log_dir: Path) -> dict[str, Any]:
        """Take the file away."""
        (log_dir.parent / FILLER).unlink(missing_ok=True)
        return {"free_bytes": _free_bytes(log_dir.parent)}


def _fill(disk: Path) -> int:
    """Write until the disk is full; returns how many bytes are free after that."""
    fd = os.open(disk / FILLER, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        while True:
            os.write(fd, BLOCK)
    except OSError as full:
        if full.errno != errno.ENOSPC:
            raise
    finally:
        os.close(fd)
    return _free_bytes(disk)


def _free_bytes(disk: Path) -> int:
    seen = os.statvfs(disk)
    return seen.f_bavail * seen.f_frsize
