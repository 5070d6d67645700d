"""Memory and CPU of a sandbox's processes, read from the host's /proc."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from judge.inside.process_figures import cpu_s, pss_bytes
from judge.sandbox.link import Sandbox


def broker_pids(sandbox: Sandbox) -> list[int]:
    """The host's numbers of the broker processes in it; a dead one is not among them."""
    return sorted(pid for pid in _pids(sandbox) if _is_broker(pid))


def brokers_pss_bytes(sandbox: Sandbox) -> int:
    """Proportional memory of the brokers in it."""
    return sum(pss_bytes(pid) for pid in broker_pids(sandbox))


def sandbox_cpu_s(sandbox: Sandbox) -> float:
    """CPU seconds that everything in it has used so far: brokers, supervisor, tap."""
    return sum(cpu_s(pid) for pid in _pids(sandbox))


def _pids(sandbox: Sandbox) -> Iterator[int]:
    """The first process in it and all that descend from it."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rsplit(")", 1)[1].split()
            except OSError:
                continue  # ended while we looked
            children.setdefault(int(fields[1]), []).append(int(entry.name))
    left = [sandbox.first_pid] if sandbox.first_pid is not None else []
    while left:
        pid = left.pop()
        left += children.get(pid, [])
        yield pid


def _is_broker(pid: int) -> bool:
    # A dead process that was not waited for has no command line any more.
    return b"kafka.Kafka" in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
