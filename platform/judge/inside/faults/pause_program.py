"""Stops a learner's program for a while, as a swapped-out or suspended machine does."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from judge.inside.faults.kill_program import running
from judge.inside.process_figures import ran_ns, thread_states
from judge.inside.proving import prove
from judge.inside.run_state import RunState

STILL_S = 0.2
PROOF_TIMEOUT_S = 5.0


class PauseProgram:
    """SIGSTOP to every process of the program's jail. Its time limit goes on.

    Its connections stay open. Paused for longer than its session it loses its partitions, and
    learns of that only once it runs again.
    """

    broker: int | None = None
    lasting = True

    def __init__(self, options: Mapping[str, Any]) -> None:
        """Keys: see `judge.program_fault_options.program_options`."""
        self._name: str = options["program"]
        self._stopped: list[int] = []

    def inject(self, run: RunState) -> dict[str, Any]:
        """Stop it; proved by every thread's state and by processor time that stands still."""
        running(run, self._name)
        program = run.learner.programs[self._name]
        error = f"the program {self._name} could not be stopped"
        prove(run, lambda: self._stop(program.processes()), PROOF_TIMEOUT_S, error)
        begun_s, before_ns = time.monotonic(), self._ran_ns()
        prove(run, lambda: time.monotonic() - begun_s >= STILL_S, PROOF_TIMEOUT_S, "no time passed")
        still = self._all_stopped() and self._ran_ns() == before_ns
        prove(run, lambda: still, 0, f"the program {self._name} was stopped and ran on")
        return {
            "signal": "SIGSTOP",
            "program": self._name,
            "processes": len(self._stopped),
            "ran_ns_while_stopped": 0,
        }

    def heal(self, run: RunState) -> dict[str, Any]:
        """Let it run; proved by the states of its threads, unless it was ended meanwhile."""
        program = run.learner.programs[self._name]
        before_ns = self._ran_ns()
        for pid in program.processes():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)
        error = f"the program {self._name} stands still"
        prove(
            run,
            lambda: program.exit is not None or self._ran_ns() > before_ns,
            PROOF_TIMEOUT_S,
            error,
        )
        return {"signal": "SIGCONT", "program": self._name, "over": program.exit is not None}

    def _stop(self, pids: list[int]) -> bool:
        """Stop all of `pids`; True once there are no others and every one of them stands.

        One that was not stopped yet may start another, so it takes a second look.
        """
        before, self._stopped = self._stopped, sorted(pids)
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGSTOP)
        return bool(pids) and before == self._stopped and self._all_stopped()

    def _all_stopped(self) -> bool:
        try:
            return all(thread_states(pid) <= {"T", "Z"} for pid in self._stopped)
        except FileNotFoundError:
            return False

    def _ran_ns(self) -> int:
        total = 0
        for pid in self._stopped:
            with suppress(FileNotFoundError):
                total += ran_ns(pid)
        return total
