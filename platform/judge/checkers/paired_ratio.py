"""Finds a configuration that is not as much better than the old one as the lab asks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from judge.blocks import BASELINE, CANDIDATE, CONTROL, Pair, blocks, pairs
from judge.bootstrap import median_interval
from judge.checkers.evidence import how_many, some
from judge.history import Op
from judge.index import History
from judge.verdict import Anomaly, CheckResult, Evidence

NAME = "paired_ratio"

ALIKE = (0.8, 1.25)
"""Between these the ratio of a configuration to itself lies on a machine that is even enough:
five pairs of equal blocks gave 0.86 to 1.24 on two shared cores."""


FAILED_BLOCKS = 2
"""One block that fails may be our bad luck; two are the settings'."""


@dataclass(frozen=True, slots=True)
class _Graded:
    """One measure: the median of its paired ratios, and how far it can be trusted."""

    measure: str
    threshold: float
    rows: list[Pair]
    median: float
    low: float
    high: float


def check(
    history: History,
    *,
    thresholds: Mapping[str, float] | None = None,
    min_pairs: int = 3,
    confidence: float = 0.8,
) -> CheckResult:
    """By every measure, the candidate must be so many times as good as the baseline.

    Both are run in turns on one cluster; the median of the ratios of the pairs is judged, never
    a time. `kept` is None with too few pairs, without a pair that compares a configuration with
    itself, and where the bootstrap interval of the median reaches over the threshold. Where the
    ratio of a configuration to itself is outside ALIKE, the interval is as much wider as that
    ratio squared: only a gain or a loss that dwarfs the machine's unevenness is then told.

    Options:
        thresholds: measure -> ratio, as {"throughput": 2.0, "p99_ms": 0.8}; None is 1.5 times
            the throughput. Above 1 is better by any measure; see `judge.blocks.measured`.
        min_pairs: fewer pairs than this prove nothing.
        confidence: of the interval. At 0.8 it lacks the best and the worst of five pairs.
    """
    wanted = dict(thresholds or {"throughput": 1.5})
    if failed := _load_failed(history):
        return CheckResult(NAME, False, failed.summary, (failed,))
    graded: list[_Graded] = []
    figures: dict[str, float | int | str] = {}
    for measure, threshold in sorted(wanted.items()):
        rows = pairs(history, measure, BASELINE, CANDIDATE)
        doubt = _doubt(history, measure, rows, min_pairs)
        if doubt:
            return CheckResult(NAME, None, doubt, (), figures)
        middle, low, high = median_interval([r.ratio for r in rows], confidence)
        wider = _unevenness(history, measure) ** 2
        found = _Graded(measure, threshold, rows, middle, low / wider, high * wider)
        graded.append(found)
        figures[f"{measure}_ratio"] = round(found.median, 3)
    wrong = tuple(_anomaly(each) for each in graded if each.high < each.threshold)
    if wrong:
        return CheckResult(NAME, False, "; ".join(a.summary for a in wrong), wrong, figures)
    for each in graded:
        if each.low < each.threshold:
            said = f"{_said(each)}, too close to {each.threshold:g} to tell"
            return CheckResult(NAME, None, said, (), figures)
    return CheckResult(NAME, True, "; ".join(_said(each) for each in graded), (), figures)


def _doubt(history: History, measure: str, rows: list[Pair], min_pairs: int) -> str:
    """Why this measure proves nothing; "" when it does."""
    if len(rows) < min_pairs:
        return f"only {how_many(len(rows), 'pair')} of {min_pairs} tell their {measure}"
    if not pairs(history, measure, *CONTROL):
        return f"no pair compares a configuration with itself by {measure}"
    return ""


def _unevenness(history: History, measure: str) -> float:
    """How many times a configuration differs from itself; 1.0 while that is within ALIKE."""
    ratios = [each.ratio for each in pairs(history, measure, *CONTROL)]
    return max(
        (max(r, 1 / r) for r in ratios if not ALIKE[0] <= r <= ALIKE[1]), default=1.0
    )


def _load_failed(history: History) -> Anomaly | None:
    """With the candidate's settings our load failed again and again, and with no others."""
    tried = [op for op in blocks(history, CANDIDATE) if op.type == "fail"]
    others = blocks(history, BASELINE, *CONTROL)
    if len(tried) < FAILED_BLOCKS or not others or any(op.type != "ok" for op in others):
        return None
    summary = f"our load did not run with the settings given: {_why(tried[0])}"
    rows = tuple(
        Evidence(f"a block of the candidate failed: {_why(op)}", op.t_ms)
        for op in some(tried)
    )
    return Anomaly("too-little-gain", "load-failed", len(tried), summary, rows)


def _why(op: Op) -> str:
    failed = (op.detail or {}).get("failed")
    return op.error or (f"{failed:,} records were not delivered" if failed else "no reason given")


def _anomaly(each: _Graded) -> Anomaly:
    cause = "worse-than-before" if each.high < 1 else "gain-too-small"
    rows = [
        Evidence(
            f"pair {row.name}: {row.ratio:.2f} times as good by {each.measure}",
            row.t_ms,
            detail={"measure": each.measure, "ratio": round(row.ratio, 4)},
        )
        for row in some(each.rows)
    ]
    summary = f"{_said(each)}; asked for is {each.threshold:g}"
    return Anomaly("too-little-gain", cause, len(each.rows), summary, tuple(rows))


def _said(each: _Graded) -> str:
    return (
        f"{each.median:.2f} times as good by {each.measure} "
        f"({each.low:.2f} to {each.high:.2f} in {how_many(len(each.rows), 'pair')})"
    )
