"""Finds offsets that were committed before what lies below them had been processed."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from judge.checkers.evidence import how_many, seconds, some
from judge.group_commits import Commit, commits, read_topic
from judge.index import History, offset_at, partition_at
from judge.verdict import Anomaly, CheckResult, Evidence

NAME = "commit_ahead"


@dataclass(frozen=True, slots=True)
class _Lane:
    """The records of one partition, by offset.

    done_ms: when each was first processed; infinite for never. all_ms: when it and everything
    below it had been.
    """

    offsets: list[int]
    ids: list[str]
    done_ms: list[float]
    all_ms: list[float]


@dataclass(frozen=True, slots=True)
class _Ahead:
    """One commit that was ahead: the first record it passed, and how many lie below it."""

    commit: Commit
    partition: int
    first: int
    below: int
    latest_ms: float


def check(history: History, *, slack_ms: float = 500) -> CheckResult:
    """Whatever lies below a committed offset must have been processed when it is committed.

    A commit inside a transaction is not looked at: what it covers is committed with it. `kept`
    is None where nothing was committed, or nothing of the topic is known to be processed.

    Options:
        slack_ms: how much later a side effect may be heard of than it happened; our thread's
            own latest waking is added. A record that was never processed needs no slack.
    """
    found = commits(history)
    rows = {part: [c for c in each if not c.in_transaction] for part, each in found.items()}
    figures: dict[str, float | int | str] = {"commits": sum(map(len, rows.values()))}
    if not history.processed:
        return CheckResult(NAME, None, "no record was seen to be processed", (), figures)
    lanes = _lanes(history) if any(rows.values()) else {}
    if not lanes:
        return CheckResult(NAME, None, "no offset was committed", (), figures)
    slack = slack_ms + _latest_wake_ms(history)
    ahead = [
        each
        for part, lane in sorted(lanes.items())
        for commit in rows.get(part, ())
        if (each := _look(lane, commit, part, slack))
    ]
    figures["ahead"] = len(ahead)
    if not ahead:
        count = how_many(int(figures["commits"]), "commit")
        return CheckResult(NAME, True, f"{count}, none ahead of what was processed", (), figures)
    ahead.sort(key=lambda each: (each.commit.t_ms, each.partition))
    cause = _cause(rows, lanes)
    summary = f"{how_many(len(ahead), 'commit')} ahead of what had been processed"
    chosen = some(ahead)
    shown = tuple(_shown(history, lanes[each.partition], each) for each in chosen)
    anomaly = Anomaly("commit-ahead", cause, len(ahead), summary, shown)
    return CheckResult(NAME, False, summary, (anomaly,), figures)


def _lanes(history: History) -> dict[int, _Lane]:
    """The records of the topic that the program reads, as far as their place is known."""
    places = history.filled
    if not places and not history.terms.input_topic:
        places = {i: place for i, place in history.first_read.items() if i in history.handed}
    lanes: dict[int, _Lane] = {}
    for order_id, place in sorted(places.items(), key=lambda row: row[1]):
        lane = lanes.setdefault(partition_at(place), _Lane([], [], [], []))
        moments = history.processed.get(order_id)
        done = min(t for t, _ in moments) if moments else float("inf")
        lane.offsets.append(offset_at(place))
        lane.ids.append(order_id)
        lane.done_ms.append(done)
        lane.all_ms.append(max(done, lane.all_ms[-1]) if lane.all_ms else done)
    return lanes


def _look(lane: _Lane, commit: Commit, partition: int, slack: float) -> _Ahead | None:
    below, latest = bisect_left(lane.offsets, commit.offset), commit.t_ms + slack
    # The first that was late is the first by which all up to there were late.
    first = bisect_right(lane.all_ms, latest)
    return _Ahead(commit, partition, first, below, latest) if first < below else None


def _cause(rows: dict[int, list[Commit]], lanes: dict[int, _Lane]) -> str:
    """Whether the commits came from a timer or from the program, as far as the tap tells.

    Who commits what it was handed and then processes it has, at each commit, done nothing of
    what the commit adds. A timer strikes anywhere in between. What the coordinator says comes
    too late to tell.
    """
    untouched = seen = 0
    for part, lane in lanes.items():
        before = 0
        for commit in rows.get(part, ()):
            below = bisect_left(lane.offsets, commit.offset)
            if commit.seen_by == "tap" and below > before:
                done = sum(t <= commit.t_ms for t in lane.done_ms[before:below])
                seen, untouched = seen + 1, untouched + (done == 0)
                before = below
    if not seen:
        return "committed-by-somebody"
    return "commit-before-processing" if untouched * 2 >= seen else "auto-commit"


def _latest_wake_ms(history: History) -> float:
    late: Sequence[float] = [(op.detail or {}).get("latest_wake_ms", 0) for op in history.pressure]
    return max(late, default=0.0)


def _shown(history: History, lane: _Lane, each: _Ahead) -> Evidence:
    commit, done_ms = each.commit, lane.done_ms[each.first]
    passed = sum(lane.done_ms[n] > each.latest_ms for n in range(each.first, each.below))
    later = (
        "was never processed"
        if done_ms == float("inf")
        else f"was processed at {seconds(done_ms)}"
    )
    return Evidence(
        f"offset {commit.offset} of partition {each.partition} was committed by "
        f"{seconds(commit.t_ms)}; record {lane.ids[each.first]} at offset "
        f"{lane.offsets[each.first]} below it {later}; {how_many(passed, 'record')} passed in all",
        commit.t_ms,
        lane.ids[each.first],
        topic=read_topic(history),
        partition=each.partition,
        offset=lane.offsets[each.first],
        detail={"committed": commit.offset, "passed": passed, "seen_by": commit.seen_by},
    )
