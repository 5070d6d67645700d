"""Checks for room: memory for one cluster and the learner's program, disk for what is kept."""

from __future__ import annotations

import shutil
from pathlib import Path

from judge.doctor.check import Check, failed, passed
from judge.home import Home

NEEDED_MEMORY_BYTES = 1 << 30
"""Three brokers 0.42 GB at most, a learner's program 0.25 GB, logs in memory, some air."""

NEEDED_DISK_BYTES = 300 << 20
"""Histories and logs. Setting up from nothing needs about 1 GB, which the launcher checks."""


def check_memory(_home: Home) -> Check:
    """Memory that is free, or that the kernel can free at once."""
    free = available_memory_bytes()
    text = f"{free / 2**30:.1f} GB free"
    if free >= NEEDED_MEMORY_BYTES:
        return passed("memory", text)
    needed = f"a run needs {NEEDED_MEMORY_BYTES / 2**30:.0f} GB"
    return failed("memory", f"{text}; {needed}", "Close other programs, or use a larger machine.")


def check_disk(home: Home) -> Check:
    """Room where the data directory is, or will be."""
    folder = home.path
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    text = f"{free / 2**30:.1f} GB free at {folder}"
    if free >= NEEDED_DISK_BYTES:
        return passed("disk", text)
    remedy = f"Free some room there, or choose another place with --data DIR (now {home.path})."
    return failed("disk", f"{text}; {NEEDED_DISK_BYTES >> 20} MB are needed", remedy)


def available_memory_bytes() -> int:
    """What /proc/meminfo calls MemAvailable."""
    for line in Path("/proc/meminfo").read_text(encoding="ascii").splitlines():
        if line.startswith("MemAvailable:"):
            return int(line.split()[1]) << 10
    return 0
