"""Finds a load that costs more requests, smaller batches or more bytes than the lab allows."""

from __future__ import annotations

from collections.abc import Callable

from judge.blocks import CANDIDATE, blocks, number, records_of
from judge.index import History
from judge.verdict import Anomaly, CheckResult, Evidence

NAME = "counts"

_Count = tuple[float, float]
"""How much, and among how many it is shared."""


def check(
    history: History,
    *,
    max_requests_per_record: float = 0,
    min_records_per_batch: float = 0,
    max_bytes_per_record: float = 0,
    max_disk_bytes_per_record: float = 0,
) -> CheckResult:
    """Counts, which hardly vary from run to run, must stay within the lab's limits.

    They are those of the candidate's blocks; in a run without blocks, batches and bytes on disk
    are those of the logs. `kept` is None where no limit is set or one cannot be counted.

    A load that is wasteful is so from its first block, whereas a ratio is only known at the end
    of a pair. So an anomaly is dated at the first block that was counted.

    Options: 0 is no limit.
        max_requests_per_record: produce requests for each record.
        min_records_per_batch: records in a batch, on the mean.
        max_bytes_per_record: bytes sent for each record.
        max_disk_bytes_per_record: bytes of one replica's log for each record.
    """
    rows = (
        ("requests_per_record", max_requests_per_record, False, "too-many-requests", _requests),
        ("records_per_batch", min_records_per_batch, True, "too-small-batches", _batches),
        ("bytes_per_record", max_bytes_per_record, False, "too-many-bytes", _bytes),
        ("disk_bytes_per_record", max_disk_bytes_per_record, False, "too-many-bytes", _disk_bytes),
    )
    figures: dict[str, float | int | str] = {}
    anomalies: list[Anomaly] = []
    uncounted: list[str] = []
    said: list[str] = []
    for name, limit, at_least, cause, count in rows:
        if not limit:
            continue
        value = _value(count, history)
        if value is None:
            uncounted.append(name)
            continue
        figures[name] = round(value, 3)
        words = name.replace("_", " ")
        said.append(f"{value:.4g} {words}")
        if value < limit if at_least else value > limit:
            bound = "at least" if at_least else "at most"
            summary = f"{value:.4g} {words}; asked for is {bound} {limit:g}"
            shown = Evidence(summary, _first_ms(history), detail={name: round(value, 6)})
            anomalies.append(Anomaly("wasteful", cause, 1, summary, (shown,)))
    if anomalies:
        summary = "; ".join(anomaly.summary for anomaly in anomalies)
        return CheckResult(NAME, False, summary, tuple(anomalies), figures)
    if uncounted or not said:
        what = uncounted[0].replace("_", " ") if uncounted else "no limit is set"
        text = f"nothing in the run tells the {what}" if uncounted else what
        return CheckResult(NAME, None, text, (), figures)
    return CheckResult(NAME, True, ", ".join(said), (), figures)


def _value(count: Callable[[History], _Count], history: History) -> float | None:
    much, among = count(history)
    return much / among if much and among else None


def _requests(history: History) -> _Count:
    return _per_record(history, "requests")


def _batches(history: History) -> _Count:
    if blocks(history, CANDIDATE):
        batches, records = _per_record(history, "batches")
        return records, batches
    return float(sum(history.counts.values())), float(len(history.counts))


def _bytes(history: History) -> _Count:
    return _per_record(history, "bytes")


def _disk_bytes(history: History) -> _Count:
    if blocks(history, CANDIDATE):
        return _per_record(history, "disk_bytes")
    last: dict[tuple[int | None, int | None], int] = {}
    for op in history.rare_ops("log", "segments"):
        if op.topic == history.terms.topic:
            last[op.broker, op.partition] = op.count or 0
    by_broker: dict[int | None, int] = {}
    for (broker, _), size in last.items():
        by_broker[broker] = by_broker.get(broker, 0) + size
    # Replicas that lag hold less; the largest is a whole copy.
    return float(max(by_broker.values(), default=0)), float(sum(history.counts.values()))


def _per_record(history: History, count: str) -> _Count:
    """A count and its records, summed over the candidate's blocks that tell both."""
    ops = [op for op in blocks(history, CANDIDATE) if op.type == "ok"]
    rows = [(number((op.detail or {}).get(count)), records_of(op, count)) for op in ops]
    both = [(much, among) for much, among in rows if much > 0 and among > 0]
    return sum(much for much, _ in both), sum(among for _, among in both)


def _first_ms(history: History) -> float | None:
    counted = (op for op in blocks(history, CANDIDATE) if op.type == "ok")
    return min((op.t_ms for op in counted), default=None)
