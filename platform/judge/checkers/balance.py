"""Finds partitions that got far more of the records than their share."""

from __future__ import annotations

from collections import Counter

from judge.checkers.asked import asked
from judge.checkers.evidence import LIMIT, how_many
from judge.index import History, partition_at
from judge.verdict import Anomaly, CheckResult, Evidence

NAME = "balance"


def check(
    history: History, *, max_ratio: float = 1.5, min_records: int = 100
) -> CheckResult:
    """No partition may hold more than so many times the mean of all.

    `kept` is None where the lab does not ask, and with too few records or one partition only.

    Options:
        max_ratio: records of the fullest partition by the mean of all partitions.
        min_records: fewer than this prove nothing.
    """
    if not asked(history, NAME, "imbalance"):
        return CheckResult(NAME, None, "the lab sets no limit")
    records = Counter(partition_at(place) for place in history.first_read.values())
    partitions = sorted(set(records) | set(history.read_ends))
    if records.total() < min_records or len(partitions) < 2:
        count = how_many(records.total(), "record")
        text = f"{count} in {how_many(len(partitions), 'partition')} prove nothing"
        return CheckResult(NAME, None, text)
    mean = records.total() / len(partitions)
    fullest = max(partitions, key=lambda partition: (records[partition], -partition))
    ratio = records[fullest] / mean
    figures: dict[str, float | int | str] = {"fullest_to_mean": round(ratio, 3)}
    said = f"the fullest partition has {ratio:.2f} times the mean"
    if ratio <= max_ratio:
        return CheckResult(NAME, True, said, (), figures)
    full = sorted(partitions, key=lambda partition: (-records[partition], partition))
    rows = tuple(
        Evidence(
            f"partition {partition} has {how_many(records[partition], 'record')}; "
            f"the mean is {mean:.0f}",
            history.read_ms,
            topic=history.terms.topic,
            partition=partition,
        )
        for partition in full[:LIMIT]
    )
    over = sum(records[partition] > max_ratio * mean for partition in partitions)
    summary = f"{said}; {max_ratio:g} times is allowed"
    anomaly = Anomaly("imbalance", "skewed-partitions", over, summary, rows)
    return CheckResult(NAME, False, summary, (anomaly,), figures)
