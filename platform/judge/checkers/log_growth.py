"""Finds a log that has grown beyond the bound that the lab sets."""

from __future__ import annotations

from dataclasses import dataclass

from judge.checkers.evidence import some
from judge.history import Op
from judge.index import History, partition_of
from judge.verdict import Anomaly, CheckResult, Evidence

NAME = "log_growth"


@dataclass(frozen=True, slots=True)
class _Size:
    """What one replica took of its disk when it was last looked at."""

    op: Op
    bytes: int
    segments: int


def check(history: History, *, max_bytes: int = 0, max_segments: int = 0) -> CheckResult:
    """At the end no replica of the judged topic may hold more than the bounds.

    `kept` is None where no bound is set, and where nobody looked at the logs' size.

    Options: 0 is no bound.
        max_bytes: of one replica of one partition, on disk.
        max_segments: of the same.
    """
    if not (max_bytes or max_segments):
        return CheckResult(NAME, None, "no bound is set")
    last: dict[tuple[int, int], _Size] = {}
    for op in history.rare_ops("log", "segments"):
        if op.topic == history.terms.topic and op.broker is not None and op.count is not None:
            segments = int((op.detail or {}).get("segments", 0))
            last[op.broker, partition_of(op)] = _Size(op, op.count, segments)
    if not last:
        return CheckResult(NAME, None, "nobody looked at the size of the logs")
    sizes = [last[key] for key in sorted(last)]
    most, segments = max(s.bytes for s in sizes), max(s.segments for s in sizes)
    figures: dict[str, float | int | str] = {"log_bytes": most, "log_segments": segments}
    big = [size for size in sizes if max_bytes and size.bytes > max_bytes]
    many = [size for size in sizes if max_segments and size.segments > max_segments]
    anomalies = [
        *_anomaly("too-many-bytes", big, f"{most:,} bytes", f"{max_bytes:,}"),
        *_anomaly("too-many-segments", many, f"{segments} segments", f"{max_segments}"),
    ]
    if anomalies:
        said = "; ".join(anomaly.summary for anomaly in anomalies)
        return CheckResult(NAME, False, said, tuple(anomalies), figures)
    said = f"{most:,} bytes in {segments} segments at most"
    return CheckResult(NAME, True, said, (), figures)


def _anomaly(cause: str, over: list[_Size], much: str, allowed: str) -> list[Anomaly]:
    if not over:
        return []
    rows = tuple(
        Evidence(
            f"{size.op.topic}-{partition_of(size.op)} on broker {size.op.broker} has "
            f"{size.bytes:,} bytes in {size.segments} segments at the end",
            size.op.t_ms,
            broker=size.op.broker,
            topic=size.op.topic,
            partition=partition_of(size.op),
        )
        for size in some(over)
    )
    summary = f"the log has {much}; {allowed} are allowed"
    return [Anomaly("log-growth", cause, len(over), summary, rows)]
