"""Finds processing that stood still too long, or too often, because a group rebalanced."""

from __future__ import annotations

from judge.backlog import Gap, gaps
from judge.checkers.asked import asked
from judge.checkers.evidence import how_many, seconds, some
from judge.index import History
from judge.membership import SEEN_LATE_MS, Rebalance, looks, rebalances
from judge.verdict import Anomaly, CheckResult, Evidence

NAME = "rebalance_pause"


def check(
    history: History, *, max_pause_ms: float = 5000, max_rebalances: int = 0
) -> CheckResult:
    """Around a change of membership, records that wait must not wait too long.

    The group's first coming to rest is its start and no rebalance, and what came before the
    first record was done is no pause. `kept` is None where the lab does not ask, and where the
    group was never seen at rest.

    Options:
        max_pause_ms: the longest time without a record done, around a rebalance.
        max_rebalances: so many are allowed; 0 is no limit.
    """
    if not asked(history, NAME, "rebalance-pause"):
        return CheckResult(NAME, None, "the lab sets no limit")
    if not looks(history):
        return CheckResult(NAME, None, "nothing was seen of the group's members")
    if not history.filled_ms:
        return CheckResult(NAME, None, "no record is known to have waited")
    found = rebalances(history)
    paused = [(each, gap) for each in found if (gap := _around(history, each))]
    longest = max((gap.length_ms for _, gap in paused), default=0.0)
    figures: dict[str, float | int | str] = {
        "rebalances": len(found),
        "longest_pause_ms": round(longest, 3),
    }
    over = [(each, gap) for each, gap in paused if gap.length_ms > max_pause_ms]
    anomalies = []
    if over:
        anomalies.append(_too_long(over, longest))
    if max_rebalances and len(found) > max_rebalances:
        anomalies.append(_too_many(found, max_rebalances))
    if anomalies:
        said = "; ".join(anomaly.summary for anomaly in anomalies)
        return CheckResult(NAME, False, said, tuple(anomalies), figures)
    said = f"{how_many(len(found), 'rebalance')}, the longest pause {seconds(longest)}"
    return CheckResult(NAME, True, said, (), figures)


def _around(history: History, each: Rebalance) -> Gap | None:
    """The longest gap that a rebalance can have had a part in."""
    begin, end = each.began_ms - SEEN_LATE_MS, each.t_ms + SEEN_LATE_MS
    near = [
        gap
        for gap in gaps(history)
        if not gap.first and gap.begin_ms <= end and gap.end_ms >= begin
    ]
    return max(near, key=lambda gap: (gap.length_ms, -gap.begin_ms), default=None)


def _too_long(over: list[tuple[Rebalance, Gap]], longest: float) -> Anomaly:
    shown = tuple(
        Evidence(
            f"group {each.group} came to rest with {how_many(each.members, 'member')} at "
            f"{seconds(each.t_ms)}; nothing was done from {seconds(gap.begin_ms)} to "
            f"{seconds(gap.end_ms)}, while records waited",
            gap.begin_ms,
            detail={"pause_ms": round(gap.length_ms, 3)},
        )
        for each, gap in some(over)
    )
    summary = f"a rebalance stopped all processing for {seconds(longest)}"
    return Anomaly("rebalance-pause", "paused-too-long", len(over), summary, shown)


def _too_many(found: list[Rebalance], allowed: int) -> Anomaly:
    shown = tuple(
        Evidence(
            f"group {each.group} came to rest again with {how_many(each.members, 'member')} "
            f"at {seconds(each.t_ms)}",
            each.t_ms,
        )
        for each in some(found)
    )
    summary = f"{how_many(len(found), 'rebalance')}, and {allowed} would have done"
    return Anomaly("rebalance-pause", "too-many-rebalances", len(found), summary, shown)
