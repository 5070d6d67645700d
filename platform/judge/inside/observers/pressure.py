"""How much the machine made a run wait for its cores: late wakes, and the kernel's own figures."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Any

from judge.history import Op

PERIOD_S = 0.05
"""Twenty looks a second: a stall of a quarter of a broker's session cannot slip between them."""

PSI, STAT = Path("/proc/pressure/cpu"), Path("/proc/stat")


class Pressure(threading.Thread):
    """Watches from `start` to `stop`; costs a few hundred microseconds of CPU a second.

    A machine that cannot wake a thread for seconds cannot run three brokers in time either, and
    what they do then proves nothing. The thread runs at the brokers' own priority, so it waits
    for a core as they do.
    """

    def __init__(self, psi: Path = PSI, stat: Path = STAT) -> None:
        super().__init__(name="pressure", daemon=True)
        self._psi, self._stat = psi, stat
        self._halt = threading.Event()
        self._latest_wake_s = 0.0
        self._begun = self._ended = (time.monotonic(), *self._totals())

    def run(self) -> None:
        """Nap and look how late each nap ended, until `stop`."""
        while True:
            asleep_s = time.monotonic()
            if self._halt.wait(PERIOD_S):
                return
            self.woke(time.monotonic() - asleep_s)

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
        steal_pct: share of the cores' time that the machine's host gave to others. Each of the
        two is absent where the kernel does not tell.
        """
        (begun_s, some_us, stolen), (ended_s, some_end_us, stolen_end) = self._begun, self._ended
        found: dict[str, Any] = {"latest_wake_ms": round(self._latest_wake_s * 1000)}
        length_s = max(ended_s - begun_s, 1e-6)
        if some_us is not None and some_end_us is not None:
            found["cpu_some_pct"] = round(min(100.0, (some_end_us - some_us) / 1e4 / length_s), 1)
        if stolen is not None and stolen_end is not None:
            all_ticks = max(1, stolen_end[1] - stolen[1])
            found["steal_pct"] = round(100 * (stolen_end[0] - stolen[0]) / all_ticks, 1)
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
