"""How much room this machine has just now: memory that can be had, and waiting for its cores."""

from __future__ import annotations

import threading
import time
from collections import deque
from pathlib import Path

PSI = Path("/proc/pressure/cpu")
MEMINFO = Path("/proc/meminfo")
CGROUPS = (
    (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory.current")),
    (
        Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"),
        Path("/sys/fs/cgroup/memory/memory.usage_in_bytes"),
    ),
)
"""Limit and use of this container, versions 2 and 1; absent or "max" where there is no limit."""

WINDOW_S = 2.0
"""The kernel's own averages look back ten seconds: three runs could begin before they rose."""

OLDEST_S = 6.0
BUSY_PCT = 85.0
"""Of the last seconds, in which something waited for a core."""

DENIED_PCT = 50.0
"""Of a piece of work: what three others that never rest leave of two cores. Measured on two cores
with some fifty processes at work: 62 %."""

WORK_S = 0.025
"""Of processor time. Shorter ones fit into the turn that whoever has slept gets at once."""

WORKS_KEPT = 4
"""One piece of work alone is as often lucky as not."""


class Machine:
    """Asked before anything is started. Thread-safe."""

    def __init__(self, psi: Path = PSI, meminfo: Path = MEMINFO) -> None:
        self._psi, self._meminfo = psi, meminfo
        self._seen: deque[tuple[float, int]] = deque()
        self._denied: deque[tuple[float, float]] = deque(maxlen=WORKS_KEPT)
        self._looking = threading.Lock()

    def available_bytes(self) -> int:
        """What may still be allocated without swapping, in this container where it has a limit."""
        free = 0
        for line in self._meminfo.read_text(encoding="ascii").splitlines():
            if line.startswith("MemAvailable:"):
                free = int(line.split()[1]) << 10
        for limit, used in CGROUPS:
            try:
                # Its page cache counts as used, so this errs on the careful side.
                free = min(free, int(limit.read_text()) - int(used.read_text()))
            except (OSError, ValueError):
                continue  # no such cgroup, or no limit
        return max(0, free)

    def is_busy(self) -> bool:
        """Whether one more run would find the cores taken.

        The kernel's pressure figures (PSI, `some`) say no at no cost. When they are high, or
        absent, pieces of work of our own decide: PSI also counts what waits because it yields to
        everybody, as a cluster does that is prepared in advance.
        """
        with self._looking:
            pressure_pct = self._pressure_pct()
            if pressure_pct is not None and pressure_pct < BUSY_PCT:
                return False
            now_s = time.monotonic()
            self._denied.append((now_s, denied_pct()))
            recent = [pct for at_s, pct in self._denied if now_s - at_s <= OLDEST_S]
            return sum(recent) / len(recent) >= DENIED_PCT

    def _pressure_pct(self) -> float | None:
        """PSI since somebody asked before, if that was 2 to 6 seconds ago, else of the last ten."""
        try:
            some = self._psi.read_text(encoding="ascii").splitlines()[0].split()
        except (OSError, IndexError):
            return None
        fields = dict(word.split("=") for word in some[1:])
        now_s, total_us = time.monotonic(), int(fields["total"])
        while self._seen and now_s - self._seen[0][0] > OLDEST_S:
            self._seen.popleft()
        before = [seen for seen in self._seen if now_s - seen[0] >= WINDOW_S]
        self._seen.append((now_s, total_us))
        if not before:
            return float(fields["avg10"])
        then_s, then_us = before[-1]
        return min(100.0, (total_us - then_us) / 10_000 / (now_s - then_s))


def denied_pct(work_s: float = WORK_S) -> float:
    """Share of a piece of work of `work_s` processor seconds during which it had no core."""
    begun_s, worked_s = time.monotonic(), time.thread_time()
    while time.thread_time() - worked_s < work_s:
        pass
    took_s = time.monotonic() - begun_s
    return 100 * max(0.0, took_s - work_s) / max(took_s, work_s)
