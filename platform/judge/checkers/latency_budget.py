"""Finds a configuration of our load that makes each record wait too long."""

from __future__ import annotations

from statistics import median

from judge.blocks import BASELINE, CANDIDATE, CONTROL, blocks, measured
from judge.checkers.evidence import choose
from judge.history import Op
from judge.index import History
from judge.verdict import Anomaly, CheckResult, Evidence

NAME = "latency_budget"

MEASURE = "p50_ms"


def check(history: History, *, max_added_ms: float = 100.0) -> CheckResult:
    """Half of the paced records may wait at most so much longer than under the old settings.

    A wait is from the moment at which a record was due until its acknowledgement. What the
    learner's settings add is judged, since what the machine adds it adds to both. `kept` is None
    without blocks of both arms, and where one and the same configuration differs from itself by
    half of the budget.

    Options:
        max_added_ms: the median of the learner's blocks minus that of the old ones, in ms.
    """
    tried, usual = _waits(history, CANDIDATE), _waits(history, BASELINE)
    if not tried or not usual:
        return CheckResult(NAME, None, "no blocks tell how long a record waits")
    added_ms = round(_middle(tried) - _middle(usual), 3)
    figures: dict[str, float | int | str] = {"added_ms": added_ms}
    one, other = (_waits(history, arm) for arm in CONTROL)
    if not one or not other or abs(_middle(one) - _middle(other)) > max_added_ms / 2:
        told = "one and the same configuration waits too unevenly to measure"
        return CheckResult(NAME, None, told, (), figures)
    said = f"a record waits {added_ms:,.1f} ms longer than before"
    if added_ms <= max_added_ms:
        return CheckResult(NAME, True, said, (), figures)
    summary = f"{said}; allowed are {max_added_ms:g} ms"
    rows = tuple(
        Evidence(
            f"half of the paced records of this block waited {wait_ms:,.1f} ms or more",
            op.t_ms,
            detail={"p50_ms": wait_ms, "order": (op.detail or {}).get("order")},
        )
        for op, wait_ms in choose(tried, lambda row: row[0].t_ms)
    )
    anomaly = Anomaly("too-slow", "waits-too-long", len(tried), summary, rows)
    return CheckResult(NAME, False, summary, (anomaly,), figures)


def _waits(history: History, arm: str) -> list[tuple[Op, float]]:
    """The blocks of an arm that tell how long half of their records waited."""
    rows = [(op, measured(op, MEASURE)) for op in blocks(history, arm) if op.type == "ok"]
    return [(op, wait_ms) for op, wait_ms in rows if wait_ms > 0]


def _middle(rows: list[tuple[Op, float]]) -> float:
    return median(wait_ms for _, wait_ms in rows)
