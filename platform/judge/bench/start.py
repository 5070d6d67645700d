"""`judge bench start`: our cold and warm start against Kafka's own scripts, in one run."""

from __future__ import annotations

import math
import statistics
import time
from contextlib import ExitStack

from judge.bench.stock import stock_start
from judge.home import Home
from judge.kafka.install import install_kafka
from judge.kafka.installed import load_install
from judge.kafka.jars import OnProgress
from judge.kafka.shape import Shape
from judge.sandbox.link import Sandbox, start_sandbox
from judge.sandbox.measured import brokers_pss_bytes, sandbox_cpu_s
from judge.waiting import wait_until

ROUNDS = 5
WARM_THAWS = 20
WARM_SANDBOXES = 5
"""Frozen together, so that 20 thaws take 4 waits of `FROZEN_S` and not 20."""

FROZEN_S = 60.0
REQUEST_TIMEOUT_S = 180.0
REST_TIMEOUT_S = 10.0


def bench_start(
    home: Home,
    on_progress: OnProgress,
    *,
    rounds: int = ROUNDS,
    thaws: int = WARM_THAWS,
    frozen_s: float = FROZEN_S,
) -> dict[str, float]:
    """Measure and return the figures; takes about 8 minutes and 2 GB of memory.

    stock_s       median seconds of Kafka's own scripts until the first acks=all on RF 3
    cold_s        the same for a whole sandbox, spawn included
    cold_ratio    median of the rounds' cold / stock, each pair measured one after the other
    warm_p50_s    thaw until acks=all on three partitions by a new producer, median
    warm_p95_s    the same, 95th percentile
    pss_mb        proportional memory of three healthy brokers, in 10^6 bytes
    frozen_cpu_s  CPU of everything in a frozen sandbox, over `frozen_s` seconds, at most

    Raises:
        JudgeError: something did not start.
    """
    install_kafka(home, on_progress)
    stock, cold, pss = _cold(home, on_progress, rounds)
    warm, frozen_cpu_s = _warm(home, on_progress, thaws, frozen_s)
    ratios = [ours / theirs for ours, theirs in zip(cold, stock, strict=True)]
    return {
        "stock_s": round(statistics.median(stock), 3),
        "cold_s": round(statistics.median(cold), 3),
        "cold_ratio": round(statistics.median(ratios), 3),
        "warm_p50_s": round(statistics.median(warm), 3),
        "warm_p95_s": round(_percentile(warm, 0.95), 3),
        "pss_mb": round(statistics.median(pss), 1),
        "frozen_cpu_s": round(frozen_cpu_s, 2),
    }


def _cold(
    home: Home, on_progress: OnProgress, rounds: int
) -> tuple[list[float], list[float], list[float]]:
    """Of each round: seconds of the scripts, seconds of ours, memory of ours in 10^6 bytes."""
    stock, cold, pss = [], [], []
    for number in range(1, rounds + 1):
        stock.append(stock_start(home))
        on_progress(f"stock {number} of {rounds}: {stock[-1]:.2f} s")
        with ExitStack() as closing:
            sandbox, cold_s = _cold_start(home)
            closing.callback(sandbox.close)
            cold.append(cold_s)
            pss.append(brokers_pss_bytes(sandbox) / 1e6)
        on_progress(f"cold {number} of {rounds}: {cold[-1]:.2f} s, {pss[-1]:.0f} MB")
    return stock, cold, pss


def _cold_start(home: Home) -> tuple[Sandbox, float]:
    """A healthy sandbox, and the seconds from nothing to its first acks=all."""
    started_s = time.monotonic()
    install = load_install(home)
    sandbox = start_sandbox(home)
    spawned_s = time.monotonic() - started_s
    try:
        booted = sandbox.request(
            "boot",
            timeout_s=REQUEST_TIMEOUT_S,
            shape=Shape().to_dict(),
            install=install.to_dict(),
        )
    except BaseException:
        sandbox.close()
        raise
    # Health goes on beyond that: Kafka's own topics, the tap.
    return sandbox, spawned_s + float(booted["timings_s"]["acknowledged"])


def _warm(
    home: Home, on_progress: OnProgress, thaws: int, frozen_s: float
) -> tuple[list[float], float]:
    """Seconds of each thaw, and the most CPU seconds that a frozen sandbox used."""
    took: list[float] = []
    used: list[float] = []
    with ExitStack() as closing:
        sandboxes = []
        for _ in range(min(WARM_SANDBOXES, thaws)):
            sandboxes.append(_cold_start(home)[0])
            closing.callback(sandboxes[-1].close)
            on_progress(f"warm: {len(sandboxes)} sandboxes healthy")
        while len(took) < thaws:
            for sandbox in sandboxes:
                sandbox.request("freeze", timeout_s=REQUEST_TIMEOUT_S)
            before_s = [cpu_at_rest_s(sandbox) for sandbox in sandboxes]
            time.sleep(frozen_s)  # being frozen for so long is what is measured
            used += [
                sandbox_cpu_s(sandbox) - before
                for sandbox, before in zip(sandboxes, before_s, strict=True)
            ]
            for sandbox in sandboxes[: thaws - len(took)]:
                started_s = time.monotonic()
                sandbox.request("thaw", timeout_s=REQUEST_TIMEOUT_S)
                took.append(time.monotonic() - started_s)
            on_progress(f"warm: {len(took)} of {thaws} thaws, last {took[-1]:.3f} s")
    return took, max(used)


def cpu_at_rest_s(sandbox: Sandbox) -> float:
    """CPU seconds of everything in a frozen sandbox, once its answer to the freeze is over.

    Raises JudgeError "not-at-rest" when it goes on using some.
    """
    seen = [sandbox_cpu_s(sandbox)]

    def at_rest() -> bool:
        seen.append(sandbox_cpu_s(sandbox))
        return seen[-1] == seen[-2]

    wait_until(at_rest, REST_TIMEOUT_S, "a frozen sandbox is busy", code="not-at-rest", step_s=0.5)
    return seen[-1]


def _percentile(values: list[float], share: float) -> float:
    """The smallest value that at least `share` of all values do not exceed."""
    return sorted(values)[math.ceil(len(values) * share) - 1]
