"""What sandboxes and whole runs leave on the machine once they are over: it must be nothing."""

from __future__ import annotations

import base64
import os
import signal
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from judge.errors import JudgeError
from judge.home import Home
from judge.kafka.jars import OnProgress
from judge.lab import Lab
from judge.sandbox.link import start_sandbox
from judge.sandbox.pool import Pool
from judge.shapes import shape_of
from judge.solutions import load_solutions
from judge.verify import try_solution
from judge.waiting import wait_until

SANDBOXES, RUNS = 1000, 200
GONE_TIMEOUT_S = 20.0
"""A killed process is gone when its parent has been told; the last one's need not have been."""

PROGRAM_TIMEOUT_S = 120.0
KILL_EVERY = 3
"""Every so manieth sandbox is not closed: its first process is killed, as by an operator."""

SHOWN = 20
NAMESPACES = ("user", "mnt", "pid", "net", "ipc")
PLACES = ("/tmp", "/var/tmp", "/dev/shm", "/run", "/sys/fs/cgroup", "/sys/class/net")  # noqa: S108


@dataclass(frozen=True, slots=True)
class Belongings:
    """What there is on a machine, as far as this user can see it.

    processes: those in other namespaces than ours, or of ours by name. mounts: of our own mount
    namespace. files: at the top of the places where anything would be put, and in the data
    directory.
    """

    processes: frozenset[str]
    namespaces: frozenset[str]
    mounts: frozenset[str]
    files: frozenset[str]

    def beyond(self, before: Belongings) -> dict[str, list[str]]:
        """What is here and was not there `before`, by kind, the first of each."""
        return {
            each.name: sorted(getattr(self, each.name) - getattr(before, each.name))[:SHOWN]
            for each in fields(self)
        }


def bench_leftovers(
    lab: Lab,
    *,
    home: Home,
    on_progress: OnProgress,
    sandboxes: int = SANDBOXES,
    runs: int = RUNS,
) -> dict[str, Any]:
    """Start and end `sandboxes` without brokers and `runs` whole attempts; look before and after.

    Returns {"sandboxes", "killed", "runs", "clean", "processes", "namespaces", "mounts",
    "files"}: the last four list what is new on the machine. Alone on it: what somebody else
    starts meanwhile is listed too.

    Raises JudgeError: a sandbox could not be started.
    """
    with tempfile.TemporaryDirectory() as scratch:
        before, killed = look(home), 0
        for number in range(1, sandboxes + 1):
            killed += _one_sandbox(home, kill=number % KILL_EVERY == 0)
            if number % 100 == 0:
                on_progress(f"{number} of {sandboxes} sandboxes")
        _attempts(lab, home, runs, Path(scratch), on_progress)
        with suppress(JudgeError):
            wait_until(
                lambda: not any(look(home).beyond(before).values()), GONE_TIMEOUT_S, "something is"
            )
        left = look(home).beyond(before)
    counts = {"sandboxes": sandboxes, "killed": killed, "runs": runs}
    return {**counts, "clean": not any(left.values()), **left}


def look(home: Home) -> Belongings:
    """What there is now."""
    processes, namespaces, ours = set(), set(), _namespaces(Path("/proc/self"))
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it has ended since, or is somebody else's
            found = _namespaces(process)
            line = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            namespaces |= found
            if found - ours or "judge.inside" in line or "bwrap" in line:
                processes.add(f"{process.name} {line.strip()[:120]}")
    mounts = Path("/proc/self/mountinfo").read_text(encoding="utf-8").splitlines()
    return Belongings(
        frozenset(processes),
        frozenset(namespaces),
        frozenset(line.split(" ", 1)[1] for line in mounts),
        frozenset(_files(home)),
    )


def _namespaces(process: Path) -> set[str]:
    return {str((process / "ns" / kind).readlink()) for kind in NAMESPACES}


def _files(home: Home) -> Iterator[str]:
    for place in PLACES:
        with suppress(OSError):
            yield from map(str, Path(place).iterdir())
    for folder, _, names in os.walk(home.path):
        yield from (f"{folder}/{name}" for name in names)


def _one_sandbox(home: Home, *, kill: bool) -> int:
    """A sandbox in which a program ran; returns how many were killed instead of closed."""
    main = base64.b64encode(b"open('left', 'w').write('here')").decode()
    with start_sandbox(home) as sandbox:
        sandbox.request(
            "program",
            timeout_s=PROGRAM_TIMEOUT_S,
            files={"main.py": main},
            argv=["main.py"],
            limits={},
            stdin_lines=[],
        )
        if kill and sandbox.first_pid is not None:
            os.kill(sandbox.first_pid, signal.SIGKILL)
            return 1
    return 0


def _attempts(lab: Lab, home: Home, runs: int, scratch: Path, on_progress: OnProgress) -> None:
    if not runs:
        return
    solutions = load_solutions(lab)
    with Pool(home, 1, shape_of(lab)) as pool:
        for number in range(runs):
            try_solution(lab, solutions[number % len(solutions)], home, pool, scratch)
            if (number + 1) % 10 == 0:
                on_progress(f"{number + 1} of {runs} runs")
