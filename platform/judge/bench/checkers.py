"""`judge bench checkers`: seconds and memory that a verdict costs, and how both grow."""

from __future__ import annotations

import json
import math
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import judge
from judge.bench.synthetic import synthetic_ops
from judge.errors import JudgeError
from judge.history import Op
from judge.judging import judge_history

OPERATIONS = 1_000_000
SMALLEST = 10_000
STEPS = 4
"""Sizes from the smallest to the largest, evenly apart on a logarithmic scale."""

ROUNDS = 3
"""Each size is measured so often; the fastest counts, since the others measure the neighbours."""

AT_ONCE = 10_000
TIMEOUT_S = 600.0


def bench_checkers(
    operations: int = OPERATIONS, *, rounds: int = ROUNDS, smallest: int = SMALLEST
) -> dict[str, Any]:
    """Judge synthetic histories of growing size, each in a process of its own.

    Timed is all of `judge_history`: the index, every checker, the gates, the verdict and the
    figures. The operations are made in chunks of 10,000 while the clock stands, as they come
    out of a pipe in a run; what is in memory is the process, the chunk and the judge's tables.

    Returns operations, orders, seconds, cpu_seconds and peak_mb (of 10^6 bytes, of the whole
    process) at the largest size; slope, the exponent by which seconds grow with operations (1 is
    linear); and points, the same figures for every size.

    Raises JudgeError `bench-not-passed` when a process fails or a history does not come to PASS.
    """
    step = (operations / smallest) ** (1 / STEPS)
    sizes = [round(smallest * step**number) for number in range(STEPS + 1)]
    points = [
        min((_measured(size) for _ in range(rounds)), key=lambda point: float(point["seconds"]))
        for size in sizes
    ]
    slope = fit((point["operations"], point["seconds"]) for point in points)
    return {**points[-1], "slope": round(slope, 3), "points": points}


def fit(points: Iterable[tuple[float, float]]) -> float:
    """The exponent of the power law nearest to these (size, cost): a line through the logs."""
    logs = [(math.log(size), math.log(cost)) for size, cost in points]
    return statistics.linear_regression(*zip(*logs, strict=True)).slope


def _measured(operations: int) -> dict[str, Any]:
    here = os.environ | {"PYTHONPATH": str(Path(judge.__file__).parents[1])}
    done = subprocess.run(
        [sys.executable, "-m", __name__, str(operations)],
        capture_output=True, text=True, env=here, timeout=TIMEOUT_S, check=False,
    )  # fmt: skip
    if done.returncode:
        raise JudgeError("bench-not-passed", f"judging {operations:,} failed: {done.stderr[-800:]}")
    point: dict[str, Any] = json.loads(done.stdout)
    if point.pop("verdict") != "PASS":
        raise JudgeError("bench-not-passed", f"a synthetic history failed: {point}")
    return point


class Source:
    """Operations made a chunk at a time, and the time that making them took.

    count: how many it has given. wall_s, cpu_s: seconds not to be charged to the judge.
    """

    def __init__(self, operations: int) -> None:
        self._ops = synthetic_ops(operations)
        self.count, self.wall_s, self.cpu_s = 0, 0.0, 0.0

    def __iter__(self) -> Iterator[Op]:
        while True:
            wall_s, cpu_s = time.perf_counter(), time.process_time()
            chunk = list(islice(self._ops, AT_ONCE))
            self.wall_s += time.perf_counter() - wall_s
            self.cpu_s += time.process_time() - cpu_s
            if not chunk:
                return
            self.count += len(chunk)
            yield from chunk


def measure(operations: int) -> dict[str, Any]:
    """The figures of one size, in this process: its peak of memory is all that it ever used."""
    source = Source(operations)
    wall_s, cpu_s = time.perf_counter(), time.process_time()
    report = judge_history(source)
    wall_s, cpu_s = time.perf_counter() - wall_s, time.process_time() - cpu_s
    return {
        "operations": source.count,
        "orders": report.figures.get("handed", 0),
        "seconds": round(wall_s - source.wall_s, 3),
        "cpu_seconds": round(cpu_s - source.cpu_s, 3),
        "peak_mb": round(_peak_bytes() / 1e6, 1),
        "verdict": report.verdict.value,
    }


def _peak_bytes() -> int:
    """The most memory this program had. getrusage would count its parent's before the exec, too."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.split("VmHWM:")[1].split()[0]) * 1024


if __name__ == "__main__":
    sys.stdout.write(json.dumps(measure(int(sys.argv[1]))))
