"""How much the machine made a run wait for its cores: late wakes, and the kernel's own figures."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from judge.history import Op

PERIOD_S = 0.05
"""Twenty looks a second: a stall of a quarter of a broker's session cannot slip between them."""

WATCH_S = 0.5
"""How often the learner's processes are looked up: half a millisecond each time."""

LEAST_S = 2.0
"""A share of less than this is chance: nearly all of a start is waiting for something."""

PSI, STAT, PROC = Path("/proc/pressure/cpu"), Path("/proc/stat"), Path("/proc")


@dataclass(slots=True)
class _Watched:
    """One process: since when it is known, and what its first thread has run and waited since."""

    first_s: float
    first_ran_ns: int
    first_waited_ns: int
    length_s: float = 0.0
    ran_s: float = 0.0
    waited_s: float = 0.0


class Pressure(threading.Thread):
    """Watches from `start` to `stop`; costs a few hundred microseconds of CPU a second.

    A machine that cannot wake a thread for seconds cannot run three brokers in time either, and
    what they do then proves nothing. The thread runs at the brokers' own priority, so it waits
    for a core as they do.
    """

    def __init__(
        self,
        processes: Callable[[], Iterable[int]] = tuple,
        *,
        psi: Path = PSI,
        stat: Path = STAT,
        proc: Path = PROC,
    ) -> None:
        """`processes` tells the learner's processes of the moment; it may be asked at any time."""
        super().__init__(name="pressure", daemon=True)
        self._processes, self._psi, self._stat, self._proc = processes, psi, stat, proc
        self._halt = threading.Event()
        self._latest_wake_s, self._looked_s = 0.0, float("-inf")
        self._watched: dict[int, _Watched] = {}
        self._begun = self._ended = (time.monotonic(), *self._totals())

    def run(self) -> None:
        """Nap and look how late each nap ended, until `stop`."""
        while True:
            asleep_s = time.monotonic()
            if self._halt.wait(PERIOD_S):
                return
            self.woke(time.monotonic() - asleep_s)
            if time.monotonic() - self._looked_s > WATCH_S:
                self._looked_s = time.monotonic()
                self.look()

    def look(self) -> None:
        """Take down what each of the learner's processes has run and waited so far."""
        for pid in self._processes():
            try:
                ran, waited, _slices = (self._proc / str(pid) / "schedstat").read_text().split()
            except (OSError, ValueError):
                continue  # it has ended, or the kernel keeps no such figures
            now_s = time.monotonic()
            seen = self._watched.setdefault(pid, _Watched(now_s, int(ran), int(waited)))
            seen.length_s = now_s - seen.first_s
            seen.ran_s = (int(ran) - seen.first_ran_ns) / 1e9
            seen.waited_s = (int(waited) - seen.first_waited_ns) / 1e9

    def woke(self, after_s: float) -> None:
        """Take one nap into account that lasted `after_s`."""
        self._latest_wake_s = max(self._latest_wake_s, after_s - PERIOD_S)

    def stop(self) -> None:
        """End the watch; the figures are those of the time until now."""
        self._halt.set()
        if self.is_alive():
            self.join()
        self._ended = (time.monotonic(), *self._totals())

    def op(self, t_ms: float) -> Op:
        """What was seen, as the operation that the gate `machine not starved` reads."""
        return Op(t_ms, "machine", "info", "pressure", detail=self.figures())

    def figures(self) -> dict[str, Any]:
        """latest_wake_ms: how late a thread was woken at worst.

        cpu_some_pct: share of the time in which something waited for a core (PSI `some`).
        steal_pct: share of the cores' time that the machine's host gave to others.
        program_waited_pct: share of its life in which the learner's most delayed process could
        have run and had no core. program_ran_pct: what all of them ran, in hundredths of a core.
        Those that the kernel does not tell are absent.
        """
        (begun_s, some_us, stolen), (ended_s, some_end_us, stolen_end) = self._begun, self._ended
        found: dict[str, Any] = {"latest_wake_ms": round(self._latest_wake_s * 1000)}
        length_s = max(ended_s - begun_s, 1e-6)
        if some_us is not None and some_end_us is not None:
            found["cpu_some_pct"] = round(min(100.0, (some_end_us - some_us) / 1e4 / length_s), 1)
        if stolen is not None and stolen_end is not None:
            all_ticks = max(1, stolen_end[1] - stolen[1])
            found["steal_pct"] = round(100 * (stolen_end[0] - stolen[0]) / all_ticks, 1)
        long = [each for each in self._watched.values() if each.length_s >= LEAST_S]
        if long:
            waited = max(each.waited_s / each.length_s for each in long)
            ran_s = sum(each.ran_s for each in long)
            found["program_waited_pct"] = round(100 * waited, 1)
            found["program_ran_pct"] = round(100 * ran_s / max(e.length_s for e in long), 1)
        return found

    def _totals(self) -> tuple[int | None, tuple[int, int] | None]:
        """Microseconds of PSI `some`; ticks stolen and ticks of all kinds, over all cores."""
        some: int | None = None
        try:
            words = self._psi.read_text(encoding="ascii").splitlines()[0].split()
            some = int(words[-1].partition("=")[2])
        except (OSError, ValueError, IndexError):
            pass
        try:
            ticks = [int(word) for word in self._stat.read_text().splitlines()[0].split()[1:9]]
            return some, (ticks[7], sum(ticks))
        except (OSError, ValueError, IndexError):
            return some, None
