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
PROBE_NAPS, PROBE_NAP_S = 20, 0.005


class Machine:
    """Asked before anything is started. Thread-safe."""

    def __init__(self, psi: Path = PSI, meminfo: Path = MEMINFO) -> None:
        self._psi, self._meminfo = psi, meminfo
        self._seen: deque[tuple[float, int]] = deque()
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

    def cpu_pressure_pct(self) -> float:
        """Share of the last seconds in which something that could have run had to wait.

        From the kernel's pressure figures (PSI, `some`), over the time since somebody asked
        before if that was 2 to 6 seconds ago, else over the last ten seconds. Where the kernel
        keeps none, 0.1 s of short naps tell how late a thread is woken.
        """
        with self._looking:
            return self._pressure_pct()

    def _pressure_pct(self) -> float:
        try:
            some = self._psi.read_text(encoding="ascii").splitlines()[0].split()
        except (OSError, IndexError):
            return lateness_pct()
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


def lateness_pct(naps: int = PROBE_NAPS, nap_s: float = PROBE_NAP_S) -> float:
    """Share of `naps` short naps that was not sleep but waiting for a core afterwards."""
    begun_s = time.monotonic()
    for _ in range(naps):
        time.sleep(nap_s)
    took_s = time.monotonic() - begun_s
    return 100 * max(0.0, took_s - naps * nap_s) / took_s
