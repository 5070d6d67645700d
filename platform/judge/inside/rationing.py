"""Lets a process run for a share of each tenth of a second, by stopping it for the rest."""

from __future__ import annotations

import os
import signal
import threading
import time
from contextlib import suppress

from judge.inside.process_figures import is_stopped

PERIOD_S = 0.1
"""As the period of a control group's quota."""

LONGEST_STOP_S = 1.0
"""Below every session time-out, so that a busy machine does not make a death of it."""


class Ration(threading.Thread):
    """SIGSTOP and SIGCONT in turns, until `stop`; then it runs.

    periods: how many turns are over. held: whether it stood still at the end of every stop.
    """

    def __init__(self, pid: int, share: float) -> None:
        super().__init__(name="ration", daemon=True)
        # Not by its number, which another may have once it is dead.
        self._pid, self._process, self._share = pid, os.pidfd_open(pid), share
        self._halt = threading.Event()
        self.periods, self.held = 0, True
        self._ran_s = self._all_s = 0.0

    @property
    def given_share(self) -> float:
        """For which part of the time it was let run, measured; 1 before the first turn is over."""
        return self._ran_s / self._all_s if self._all_s else 1.0

    def run(self) -> None:
        """Take turns until `stop`, or until the process is gone."""
        run_s = PERIOD_S * self._share
        with suppress(ProcessLookupError, FileNotFoundError):
            while not self._halt.is_set():
                # On a busy machine a turn lasts longer than it should: the stop makes up for it.
                stop_s = max(run_s, PERIOD_S * self._share) * (1 / self._share - 1)
                run_s = self._turn(min(stop_s, LONGEST_STOP_S))

    def stop(self) -> None:
        """End it; the process runs after this. Safe to repeat."""
        self._halt.set()
        self.join()
        if self._process >= 0:
            with suppress(ProcessLookupError):
                self._send(signal.SIGCONT)
            os.close(self._process)
            self._process = -1

    def _turn(self, stop_s: float) -> float:
        """Stop it for so long, then let it run; returns for how many seconds it ran."""
        begun_s = time.monotonic()
        self._send(signal.SIGSTOP)
        self._halt.wait(stop_s)
        stopped = is_stopped(self._pid)
        woken_s = time.monotonic()
        self._send(signal.SIGCONT)
        self._halt.wait(PERIOD_S * self._share)
        ended_s = time.monotonic()
        self._ran_s += ended_s - woken_s
        self._all_s += ended_s - begun_s
        self.held = self.held and (stopped or self._halt.is_set())
        self.periods += 1
        return ended_s - woken_s

    def _send(self, number: signal.Signals) -> None:
        signal.pidfd_send_signal(self._process, number)
