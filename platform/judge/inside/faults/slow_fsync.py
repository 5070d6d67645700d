"""Makes a broker wait whenever it forces data to its disk, as a disk that others share does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from judge.inside.fsync_gate import OPEN, FsyncGate, Plan
from judge.inside.proving import prove
from judge.inside.rejoining import wait_rejoined
from judge.inside.run_state import RunState
from judge.inside.targets import confirm_target, find_target

PROOF_TIMEOUT_S = 20.0


class SlowFsync:
    """Each fsync, fdatasync and msync of the target on the files that are meant takes longer.

    Kafka leaves syncing a partition to the kernel, so `files = "partitions"` bites only where
    the topic has `flush.messages`. The metadata log is synced twice a second by itself.
    """

    broker: int | None = None
    lasting = True

    def __init__(self, options: Mapping[str, Any]) -> None:
        """Keys: see `judge.broker_fault_options.slow_fsync`."""
        self._options = options
        self._gate: FsyncGate | None = None

    def inject(self, run: RunState) -> dict[str, Any]:
        """Slow them; proved by a call that has waited for as long and was let go."""
        hit, delay_ms = find_target(run, self._options), self._options["delay_ms"]
        gate = run.stage.brokers.fsync_gate(hit)
        self._gate, self.broker, gate.waited_s = gate, hit, 0.0
        gate.plan = Plan(delay_s=delay_ms / 1000, files=self._options["files"])
        confirm_target(run, self._options, hit)
        run.strike()
        timeout_s = PROOF_TIMEOUT_S + 2 * delay_ms / 1000
        error = f"broker {hit} synced no file that was meant"
        prove(run, lambda: gate.waited_s * 1000 >= delay_ms, timeout_s, error)
        return {
            self._options["target"]: hit,
            "delay_ms": delay_ms,
            "files": self._options["files"],
            "waited_ms": round(gate.waited_s * 1000, 1),
            "calls": gate.struck,
            "file": gate.file,
        }

    def heal(self, run: RunState) -> dict[str, Any]:
        """Let all go; proved by nothing that waits and by the broker's place in the ISR."""
        gate = self._gate
        if gate is None:
            return {}
        gate.plan = OPEN
        if self.broker in run.brokers and run.stage.brokers.alive(self.broker):
            error = f"syncs of broker {self.broker} still wait"
            prove(run, lambda: gate.held == 0, PROOF_TIMEOUT_S, error)
            wait_rejoined(run, [self.broker])
        return {"calls": gate.struck}
