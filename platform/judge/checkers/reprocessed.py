"""Finds records that the program processed more than once."""

from __future__ import annotations

from itertools import pairwise

from judge.checkers.evidence import earliest_first, how_many, in_time, seconds, some
from judge.index import History, offset_at, partition_at
from judge.processing import processing
from judge.verdict import Anomaly, CheckResult, Evidence

NAME = "reprocessed"

Moment = tuple[float, str]


def check(history: History, *, allowed: int = 0) -> CheckResult:
    """No record of ours may be processed more than once, or no more than `allowed` of them.

    Whoever must not lose a record may have to process it again; a lab promises this where the
    side effect must happen once. `kept` is None where nothing was seen to be processed.

    Options:
        allowed: how many records may be processed again, all repeats together.
    """
    ours = {i: moments for i, moments in history.processed.items() if i in history.handed}
    again = {i: moments for i, moments in ours.items() if len(moments) > 1}
    figures = {"processed": len(ours), "reprocessed": len(again)}
    if not ours:
        return CheckResult(NAME, None, "no record was seen to be processed", (), figures)
    repeats = sum(len(moments) - 1 for moments in again.values())
    if not again:
        return CheckResult(NAME, True, "no record was processed twice", (), figures)
    if repeats <= allowed:
        few = f"{how_many(repeats, 'repeat')} of processing, {allowed:,} are allowed"
        return CheckResult(NAME, True, few, (), figures)
    by_cause: dict[str, list[Evidence]] = {}
    for order_id, moments in again.items():
        cause, pair = _cause(history, order_id, moments)
        by_cause.setdefault(cause, []).append(_evidence(history, order_id, moments, cause, pair))
    anomalies = earliest_first(_anomaly(cause, rows) for cause, rows in by_cause.items())
    summary = f"{how_many(len(again), 'record')} processed more than once"
    return CheckResult(NAME, False, summary, tuple(anomalies), figures)


def _cause(history: History, order_id: str, moments: list[Moment]) -> tuple[str, tuple[int, int]]:
    """Why it was processed again, and which two of the moments show it."""
    copies = 1 + len(history.read_again.get(order_id, ()))
    if len(moments) <= copies:
        return "sent-twice", (0, 1)
    causes = [_between(history, order_id, *pair) for pair in pairwise(moments)]
    # A break explains; without one between any two of them, the program did it by itself.
    number = next((n for n, cause in enumerate(causes) if cause != "processed-twice"), 0)
    return causes[number], (number, number + 1)


def _between(history: History, order_id: str, first: Moment, second: Moment) -> str:
    tables = processing(history)
    broken = tables.broken(first[0], second[0], first[1])
    if broken is None and first[1] == second[1]:
        return "processed-twice"
    place = history.first_read.get(order_id)
    if place is not None:
        several = len(tables.groups(partition_at(place))) > 1
        if broken is None and several:
            return "read-by-two-groups"
        until_ms = broken.t_ms if broken else first[0]
        if tables.covering(partition_at(place), offset_at(place), until_ms):
            return "read-by-two-groups" if several else "read-again-after-commit"
    return "crash-before-commit" if broken and broken.ended else "moved-before-commit"


_SUMMARIES = {
    "sent-twice": "in the topic twice, and processed each time",
    "crash-before-commit": "processed again after the program had ended before its commit",
    "moved-before-commit": "processed again after the partition had moved before the commit",
    "read-again-after-commit": "processed again although the offset had been committed",
    "read-by-two-groups": "processed by one consumer group and again by another",
    "processed-twice": "processed twice by one program that went on all the time",
}


def _anomaly(cause: str, rows: list[Evidence]) -> Anomaly:
    summary = f"{how_many(len(rows), 'record')} {_SUMMARIES[cause]}"
    chosen = tuple(some(in_time(rows)))
    return Anomaly("duplicate-processing", cause, len(rows), summary, chosen)


def _evidence(
    history: History, order_id: str, moments: list[Moment], cause: str, pair: tuple[int, int]
) -> Evidence:
    first, second = moments[pair[0]], moments[pair[1]]
    place = history.first_read.get(order_id)
    told = [
        f"record {order_id} was processed at {_when(first)} and again at {_when(second)}",
    ]
    broken = processing(history).broken(first[0], second[0], first[1])
    if broken is not None and cause != "sent-twice":
        did = "ended" if broken.ended else "was paused"
        told.append(f"the program {did} at {seconds(broken.t_ms)}")
    if len(moments) > 2:
        told.append(f"{how_many(len(moments), 'time')} in all")
    return Evidence(
        what="; ".join(told),
        t_ms=second[0],
        id=order_id,
        topic=history.terms.topic,
        partition=None if place is None else partition_at(place),
        offset=None if place is None else offset_at(place),
        detail={"cause": cause, "times": len(moments)},
    )


def _when(moment: Moment) -> str:
    return seconds(moment[0]) + (f" by {moment[1]}" if moment[1] else "")
