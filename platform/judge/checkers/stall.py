"""Finds the longest time without a success, whatever a success is in this lab."""

from __future__ import annotations

from itertools import pairwise

from judge.acknowledgements import is_acknowledged
from judge.checkers.asked import asked
from judge.checkers.evidence import seconds, some
from judge.group_commits import commits
from judge.index import History
from judge.verdict import Anomaly, CheckResult, Evidence

NAME = "stall"


def check(
    history: History, *, limit_ms: float = 5000, source: str = "processed"
) -> CheckResult:
    """From the first success to the last order handed, no gap between successes may be longer.

    `kept` is None where the lab does not ask, and where no order was handed.

    Options:
        limit_ms: the longest gap allowed.
        source: what counts as a success: `processed` (a side effect), `accepted` (the program's
            answer), `acknowledged` (a broker's yes to a batch) or `committed` (an offset).
    """
    if not asked(history, NAME, "stall"):
        return CheckResult(NAME, None, "the lab sets no limit")
    if not history.handed:
        return CheckResult(NAME, None, "no order was handed")
    moments = _moments(history, source)
    last_ms = max(history.handed.values())
    if not moments:
        summary = f"nothing was {source}"
        shown = Evidence(summary, min(history.handed.values()))
        anomaly = Anomaly("stall", "no-success", 1, summary, (shown,))
        return CheckResult(NAME, False, summary, (anomaly,))
    edges = [*moments, max(last_ms, moments[-1])]
    gaps = [(begin, end) for begin, end in pairwise(edges)]
    longest = max(end - begin for begin, end in gaps)
    figures: dict[str, float | int | str] = {"longest_gap_ms": round(longest, 3)}
    over = [gap for gap in gaps if gap[1] - gap[0] > limit_ms]
    if not over:
        text = f"the longest gap was {seconds(longest)}"
        return CheckResult(NAME, True, text, (), figures)
    summary = f"for {seconds(longest)} nothing was {source}; {seconds(limit_ms)} are allowed"
    rows = tuple(
        Evidence(
            f"nothing was {source} from {seconds(begin)} to {seconds(end)}",
            begin,
            detail={"gap_ms": round(end - begin, 3)},
        )
        for begin, end in some(over)
    )
    anomaly = Anomaly("stall", "gap-too-long", len(over), summary, rows)
    return CheckResult(NAME, False, summary, (anomaly,), figures)


def _moments(history: History, source: str) -> list[float]:
    if source == "accepted":
        return sorted(history.accepted.values())
    if source == "acknowledged":
        return sorted(op.t_ms for op in history.appends if is_acknowledged(op))
    if source == "committed":
        return sorted(each.t_ms for rows in commits(history).values() for each in rows)
    return sorted(t for moments in history.processed.values() for t, _ in moments)
