"""What the kernel says of a process: memory, CPU, and whether it is stopped."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


def pss_bytes(pid: int) -> int:
    """Proportional set size; a page shared by three processes counts a third for each."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024
    return 0


def cpu_s(pid: int) -> float:
    """User and system CPU seconds of all its threads so far, to 10 ms."""
    fields = _stat(pid)
    return (int(fields[11]) + int(fields[12])) / _TICKS


def is_stopped(pid: int) -> bool:
    """Whether it is stopped by a signal. The kernel says so once every thread is."""
    return thread_states(pid) <= {"T"}


def thread_states(pid: int) -> set[str]:
    """The states of its threads: T is stopped by a signal, Z is ended and not yet buried."""
    return {_state(task) for task in Path(f"/proc/{pid}/task").iterdir()}


def ran_ns(pid: int) -> int:
    """Nanoseconds that its present threads have run on a processor so far."""
    total = 0
    for task in Path(f"/proc/{pid}/task").iterdir():
        with suppress(OSError):  # a thread that has ended meanwhile
            total += int((task / "schedstat").read_text().split()[0])
    return total


def _state(task: Path) -> str:
    try:
        return (task / "stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return "T"  # a thread that has ended meanwhile


def _stat(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
