"""Keeps processor cores busy while something is proved to hold on a busy machine."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

_SPIN = """
import os, sys
parent = int(sys.argv[1])
while os.getppid() == parent:
    for _ in range(1_000_000):
        pass
"""
"""It asks for its parent some fifty times a second, so it outlives nobody who was killed."""


@contextmanager
def spinners(count: int | None = None) -> Iterator[list[int]]:
    """Keep `count` cores busy, by default all that this process may use; yields the process ids.

    Plain processes at the usual priority, each with one thread that never sleeps. They end with
    the block, and by themselves when the parent dies.
    """
    wanted = len(os.sched_getaffinity(0)) if count is None else count
    started = [
        subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", _SPIN, str(os.getpid())],
            stdin=subprocess.DEVNULL,
            env={},
            cwd="/",
        )
        for _ in range(wanted)
    ]
    try:
        yield [process.pid for process in started]
    finally:
        for process in started:
            process.kill()
        for process in started:
            process.wait()
