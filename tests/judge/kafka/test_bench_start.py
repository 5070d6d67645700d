"""The start is measured against Kafka's own scripts, with the figures that the design names."""

from __future__ import annotations

import pytest

from judge.bench.start import _percentile, bench_start
from judge.home import Home
from judge.kafka.installed import KafkaInstall


@pytest.mark.parametrize(
    ("count", "expected"), [(1, 1), (10, 10), (20, 19), (40, 38)], ids=lambda n: str(n)
)
def test_the_95th_percentile_is_a_value_that_was_measured(count: int, expected: int) -> None:
    assert _percentile([float(n) for n in range(count, 0, -1)], 0.95) == expected


@pytest.mark.brokers
@pytest.mark.slow
def test_it_gives_every_figure_and_a_frozen_cluster_uses_no_cpu(
    runtime_home: Home, kafka: KafkaInstall
) -> None:
    said: list[str] = []

    figures = bench_start(runtime_home, said.append, rounds=1, thaws=1, frozen_s=2.0)

    assert set(figures) == {
        "stock_s",
        "cold_s",
        "cold_ratio",
        "warm_p50_s",
        "warm_p95_s",
        "pss_mb",
        "frozen_cpu_s",
    }
    assert figures["frozen_cpu_s"] == 0.0
    assert all(figures[name] > 0 for name in figures if name != "frozen_cpu_s")
    assert said[-1].startswith("warm: 1 of 1 thaws")
