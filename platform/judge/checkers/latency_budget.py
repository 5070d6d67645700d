"""Finds a configuration of our load that makes each record wait too long."""

from __future__ import annotations

from judge.blocks import BASELINE, CANDIDATE, CONTROL, blocks, measured
from judge.bootstrap import median_interval
from judge.checkers.evidence import how_many, some
from judge.history import Op
from judge.index import History
from judge.verdict import Anomaly, CheckResult, Evidence

NAME = "latency_budget"

MEASURE = "p50_ms"

FEWEST = 4
"""Of fewer blocks nobody knows how far their median can be trusted."""

CONFIDENCE = 0.8
"""Of the intervals: at this, they lack the best and the worst of six blocks."""


def check(history: History, *, max_added_ms: float = 100.0) -> CheckResult:
    """Half of the paced records may wait at most so much longer than under the old settings.

    A wait is from the moment at which a record was due until its acknowledgement. What the
    learner's settings add is judged, since what the machine adds it adds to both. The control's
    blocks had the old settings, too, and count among the old ones. `kept` is None with too few
    blocks, and where the bootstrap intervals of the two medians leave open on which side of the
    limit their difference lies. So it is where nothing was added and half of the old blocks
    waited for longer than the limit: a machine that cannot keep the pace hides any addition.

    Options:
        max_added_ms: the median of the learner's blocks minus that of the old ones, in ms.
    """
    tried, usual = _waits(history, CANDIDATE), _waits(history, BASELINE, *CONTROL)
    fewest = min(len(tried), len(usual))
    if fewest < FEWEST:
        told = f"only {how_many(fewest, 'block')} of {FEWEST} tell how long a record waits"
        return CheckResult(NAME, None, told)
    new_ms, new_least, new_most = median_interval([wait for _, wait in tried], CONFIDENCE)
    old_ms, old_least, old_most = median_interval([wait for _, wait in usual], CONFIDENCE)
    added_ms = round(new_ms - old_ms, 3)
    least, most = round(new_least - old_most, 3), round(new_most - old_least, 3)
    figures: dict[str, float | int | str] = {"added_ms": added_ms}
    said = f"a record waits {added_ms:,.1f} ms longer than before ({least:,.1f} to {most:,.1f})"
    if most <= max_added_ms < old_ms:
        told = f"{said}, but the old settings alone waited {old_ms:,.1f} ms: records queued"
        return CheckResult(NAME, None, told, (), figures)
    if most <= max_added_ms:
        return CheckResult(NAME, True, said, (), figures)
    if least <= max_added_ms:
        told = f"{said}, too close to {max_added_ms:g} ms to tell"
        return CheckResult(NAME, None, told, (), figures)
    summary = f"{said}; allowed are {max_added_ms:g} ms"
    rows = tuple(
        Evidence(
            f"half of the paced records of this block waited {wait_ms:,.1f} ms or more",
            op.t_ms,
            detail={"p50_ms": wait_ms},
        )
        for op, wait_ms in some(tried)
    )
    anomaly = Anomaly("too-slow", "waits-too-long", len(tried), summary, rows)
    return CheckResult(NAME, False, summary, (anomaly,), figures)


def _waits(history: History, *arms: str) -> list[tuple[Op, float]]:
    """The blocks of these arms that tell how long half of their records waited."""
    rows = [(op, measured(op, MEASURE)) for op in blocks(history, *arms) if op.type == "ok"]
    return [(op, wait_ms) for op, wait_ms in rows if wait_ms > 0]
