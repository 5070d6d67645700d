"""Finds a consumer group that has members and records waiting, and gets nothing done."""

from __future__ import annotations

from judge.backlog import Gap, gaps
from judge.checkers.asked import asked
from judge.checkers.evidence import how_many, seconds, some
from judge.index import History
from judge.membership import looks, peopled, rebalances
from judge.verdict import Anomaly, CheckResult, Evidence

NAME = "stuck_group"

OFTEN = 3
"""So many restarts, or rebalances, within one gap are what it was spent on."""


def check(history: History, *, limit_ms: float = 10_000) -> CheckResult:
    """While a group has members and records wait, something must be done within the limit.

    Done is what was processed; in a run without side effects, what was committed. `kept` is None
    where the lab does not ask, and where nothing was seen of members or of records.

    Options:
        limit_ms: the longest time that nothing may be done, from the first member on.
    """
    if not asked(history, NAME, "stuck-group"):
        return CheckResult(NAME, None, "the lab sets no limit")
    if not looks(history):
        return CheckResult(NAME, None, "nothing was seen of the group's members")
    if not history.filled_ms:
        return CheckResult(NAME, None, "no record is known to have waited")
    stuck = [
        Gap(max(gap.begin_ms, begin), min(gap.end_ms, end), gap.waiting)
        for gap in gaps(history)
        for begin, end in peopled(history)
    ]
    # Where the two have no time in common the length is below 0, and longer than no limit.
    longest = max([0.0, *(gap.length_ms for gap in stuck)])
    figures: dict[str, float | int | str] = {"stuck_ms": round(longest, 3)}
    over = sorted(
        (gap for gap in stuck if gap.length_ms > limit_ms), key=lambda gap: gap.begin_ms
    )
    if not over:
        text = f"the longest time without progress was {seconds(longest)}"
        return CheckResult(NAME, True, text, (), figures)
    by_cause: dict[str, list[Gap]] = {}
    for gap in over:
        by_cause.setdefault(_cause(history, gap), []).append(gap)
    anomalies = tuple(_anomaly(cause, rows) for cause, rows in by_cause.items())
    return CheckResult(NAME, False, anomalies[0].summary, anomalies, figures)


def _cause(history: History, gap: Gap) -> str:
    def inside(t_ms: float) -> bool:
        return gap.begin_ms <= t_ms < gap.end_ms

    if sum(op.f == "exit" and inside(op.t_ms) for op in history.programs) >= OFTEN:
        return "restarts-without-progress"
    if sum(inside(each.t_ms) for each in rebalances(history)) >= OFTEN:
        return "rebalances-without-progress"
    return "members-without-progress"


def _anomaly(cause: str, rows: list[Gap]) -> Anomaly:
    longest = max(gap.length_ms for gap in rows)
    summary = f"nothing was done for {seconds(longest)} although records waited"
    shown = tuple(
        Evidence(
            f"from {seconds(gap.begin_ms)} to {seconds(gap.end_ms)} nothing was done; "
            f"{how_many(gap.waiting, 'record')} waited when that began",
            gap.begin_ms,
            detail={"gap_ms": round(gap.length_ms, 3), "waiting": gap.waiting},
        )
        for gap in some(rows)
    )
    return Anomaly("stuck-group", cause, len(rows), summary, shown)
