"""Finds a log that has grown beyond the bound that the lab sets."""

from __future__ import annotations

from judge.checkers.evidence import some
from judge.history import Op
from judge.index import History, partition_of
from judge.verdict import Anomaly, CheckResult, Evidence

NAME = "log_growth"


def check(history: History, *, max_bytes: int = 0, max_segments: int = 0) -> CheckResult:
    """At the end no replica of the judged topic may hold more than the bounds.

    `kept` is None where no bound is set, and where nobody looked at the logs' size.

    Options: 0 is no bound.
        max_bytes: of one replica of one partition, on disk.
        max_segments: of the same.
    """
    if not (max_bytes or max_segments):
        return CheckResult(NAME, None, "no bound is set")
    last: dict[tuple[int, int], Op] = {}
    for op in history.rare_ops("log", "segments"):
        if op.topic == history.terms.topic:
            last[op.broker or 0, partition_of(op)] = op
    if not last:
        return CheckResult(NAME, None, "nobody looked at the size of the logs")
    ops = [last[key] for key in sorted(last)]
    figures: dict[str, float | int | str] = {
        "log_bytes": max(op.count or 0 for op in ops),
        "log_segments": max(_segments(op) for op in ops),
    }
    big = [op for op in ops if max_bytes and (op.count or 0) > max_bytes]
    many = [op for op in ops if max_segments and _segments(op) > max_segments]
    anomalies = [
        *_anomaly("too-many-bytes", big, f"{figures['log_bytes']:,} bytes", f"{max_bytes:,}"),
        *_anomaly("too-many-segments", many, f"{figures['log_segments']} segments", max_segments),
    ]
    if anomalies:
        said = "; ".join(anomaly.summary for anomaly in anomalies)
        return CheckResult(NAME, False, said, tuple(anomalies), figures)
    said = f"{figures['log_bytes']:,} bytes in {figures['log_segments']} segments at most"
    return CheckResult(NAME, True, said, (), figures)


def _segments(op: Op) -> int:
    number = (op.detail or {}).get("segments", 0)
    return number if isinstance(number, int) else len(number)


def _anomaly(cause: str, over: list[Op], much: str, allowed: object) -> list[Anomaly]:
    if not over:
        return []
    rows = tuple(
        Evidence(
            f"{op.topic}-{partition_of(op)} on broker {op.broker} has {op.count or 0:,} bytes "
            f"in {_segments(op)} segments at the end",
            op.t_ms,
            broker=op.broker,
            topic=op.topic,
            partition=partition_of(op),
        )
        for op in some(over)
    )
    summary = f"the log has {much}; {allowed} are allowed"
    return [Anomaly("log-growth", cause, len(over), summary, rows)]
