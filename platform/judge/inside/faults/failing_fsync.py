"""Fails whatever a broker forces to its disk, as a disk that dies does."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import Any

from judge.inside.faults.broken_log_dir import BrokenLogDir
from judge.inside.fsync_gate import OPEN, FsyncGate, Plan
from judge.inside.proving import prove
from judge.inside.run_state import RunState

PROOF_TIMEOUT_S = 20.0


class FailingFsync(BrokenLogDir):
    """Each fsync, fdatasync and msync on the files that are meant fails with EIO.

    Which files are synced, and when: see `SlowFsync`.
    """

    words = ("Input/output error",)
    _gate: FsyncGate | None = None

    def spoil(self, run: RunState, log_dir: Path) -> dict[str, Any]:
        """Let them fail; proved by a call that did."""
        assert self.broker is not None  # noqa: S101
        gate = self._gate = run.stage.brokers.fsync_gate(self.broker)
        before = gate.struck
        gate.plan = Plan(error=errno.EIO, files=self._options["files"])
        error = f"broker {self.broker} synced no file that was meant"
        prove(run, lambda: gate.struck > before, PROOF_TIMEOUT_S, error)
        calls = gate.struck - before
        return {"error": "EIO", "calls": calls, "file": gate.file}

    def mend(self, log_dir: Path) -> dict[str, Any]:
        """Let them succeed; the broker that is started gets a gate of its own, which is open."""
        if self._gate is not None:
            self._gate.plan = OPEN
        return {"error": None}
