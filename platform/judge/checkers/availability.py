"""Finds a service that does not take orders again after the cluster has recovered."""

from __future__ import annotations

from dataclasses import dataclass

from judge.checkers.evidence import choose, how_many, seconds
from judge.fates import below_floor, fates
from judge.index import History
from judge.recovery import recovered_ms
from judge.verdict import Anomaly, CheckResult, Evidence

NAME = "availability"

MIN_JUDGED = 20
"""Fewer orders than this after the recovery say nothing about the service."""


def check(
    history: History,
    *,
    accept_again_within_ms: float = 6000,
    min_accepted_after: float = 0.5,
    min_answered: float = 0.95,
) -> CheckResult:
    """Orders must be answered throughout and accepted again once the cluster has recovered.

    Honest refusals while the fault holds are allowed. Recovered means: every fault is healed and
    a live broker leads the topic. A program that had ended by then is for `program` to judge.

    Options:
        accept_again_within_ms: how long after the recovery the first order must be accepted.
        min_accepted_after: share that must be accepted of the orders handed after that; when the
            run is shorter, of the later half of those handed after the recovery.
        min_answered: share of all orders handed that must have an answer in the end.
    """
    anomalies = _unanswered(history, min_answered)
    since_ms = recovered_ms(history)
    ended_ms = history.exit.t_ms if history.exit else None
    figures: dict[str, float | int | str] = {}
    kept: bool | None = True
    if since_ms is None:
        kept, summary = None, "the cluster was not seen to recover"
    elif ended_ms is not None and ended_ms <= since_ms:
        kept, summary = None, "the program had ended before the cluster recovered"
    else:
        figures["recovered_ms"] = since_ms
        after = _after(history, since_ms, accept_again_within_ms)
        if after.first_ms is not None:
            figures["accepted_again_after_ms"] = round(after.first_ms - since_ms, 3)
        figures |= {"judged_after": after.judged, "accepted_after": after.accepted}
        if after.judged < MIN_JUDGED and after.first_ms is None:
            kept, summary = None, "too few orders were handed after the recovery"
        else:
            anomalies += _refused(
                history, since_ms, after, accept_again_within_ms, min_accepted_after
            )
            summary = _when(after, since_ms)
    anomalies += _unreadable(history)
    if anomalies:
        kept, summary = False, anomalies[0].summary
    return CheckResult(NAME, kept, summary, tuple(anomalies), figures)


@dataclass(frozen=True, slots=True)
class _After:
    """What happened to the orders by which the time after the recovery is judged."""

    first_ms: float | None
    judged: int
    accepted: int
    refused: tuple[str, ...]


def _after(history: History, since_ms: float, within_ms: float) -> _After:
    first_ms = min((t for t in history.accepted.values() if t >= since_ms), default=None)
    handed = sorted((t, i) for i, t in history.handed.items() if t >= since_ms)
    judged = [i for t, i in handed if t >= since_ms + within_ms]
    if len(judged) < MIN_JUDGED:
        judged = [i for _, i in handed[len(handed) // 2 :]]
    accepted = sum(i in history.accepted for i in judged)
    return _After(
        first_ms, len(judged), accepted, tuple(i for i in judged if i not in history.accepted)
    )


def _refused(
    history: History, since_ms: float, after: _After, within_ms: float, share: float
) -> list[Anomaly]:
    late = after.first_ms is None or after.first_ms > since_ms + within_ms
    few = after.judged >= MIN_JUDGED and after.accepted < share * after.judged
    if not late and not few:
        return []
    if after.first_ms is None:
        summary = "no order was accepted after the cluster had recovered"
    elif late:
        waited = seconds(after.first_ms - since_ms)
        summary = f"the first order after the recovery was accepted only {waited} later"
    else:
        summary = (
            f"{after.accepted:,} of {how_many(after.judged, 'order')} were accepted "
            "after the recovery"
        )
    rows = [_row(history, order_id, since_ms) for order_id in choose(after.refused, lambda _: 0.0)]
    return [
        Anomaly("unavailable", "refused-after-failover", len(after.refused), summary, tuple(rows))
    ]


def _row(history: History, order_id: str, since_ms: float) -> Evidence:
    handed_ms = history.handed[order_id]
    said = (
        f"was refused at {seconds(history.refused[order_id])}"
        if order_id in history.refused
        else "got no answer"
    )
    return Evidence(
        f"order {order_id}, handed at {seconds(handed_ms)}, {said}; "
        f"the cluster had recovered at {seconds(since_ms)}",
        handed_ms,
        order_id,
        topic=history.terms.topic,
    )


def _unanswered(history: History, min_answered: float) -> list[Anomaly]:
    """Orders left open by a program that was alive; one that ended or said nothing has failed."""
    open_ids = history.handed.keys() - history.accepted.keys() - history.refused.keys()
    handed = len(history.handed)
    ended = (history.exit.detail or {}).get("reason") == "exited" if history.exit else False
    if ended or len(open_ids) == handed or len(open_ids) <= (1 - min_answered) * handed:
        return []
    rows = sorted((history.handed[i], i) for i in open_ids)
    evidence = tuple(
        Evidence(
            f"order {i} was handed to the program at {seconds(t)} and never answered",
            t,
            i,
            topic=history.terms.topic,
        )
        for t, i in choose(rows, lambda row: row[0], min(history.died.values(), default=None))
    )
    summary = f"{len(open_ids):,} of {how_many(handed, 'order')} got no answer"
    return [Anomaly("unavailable", "no-answers", len(open_ids), summary, evidence)]


def _unreadable(history: History) -> list[Anomaly]:
    """Orders on live logs above the high watermark, where the topic's own floor keeps them."""
    hidden = fates(history).hidden
    if not hidden or not below_floor(history):
        return []
    rows = sorted((history.accepted.get(i, history.handed[i]), i) for i in hidden)
    evidence = tuple(
        Evidence(
            f"order {i}, vouched for at {seconds(t)}, is on a live log above the high watermark",
            # That nobody can read it is so at the end; while the fault held, nobody could say.
            history.read_ms,
            i,
            topic=history.terms.topic,
        )
        for t, i in choose(rows, lambda row: row[0])
    )
    summary = f"{how_many(len(hidden), 'order')} vouched for cannot be read by anybody"
    return [Anomaly("unavailable", "unreadable-after-failover", len(hidden), summary, evidence)]


def _when(after: _After, since_ms: float) -> str:
    if after.first_ms is None:
        return "no order was accepted after the recovery"
    return f"orders were accepted again {seconds(after.first_ms - since_ms)} after the recovery"
