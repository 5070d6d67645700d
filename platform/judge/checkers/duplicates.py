"""Finds orders that can be read at more than one offset."""

from __future__ import annotations

from judge.acknowledgements import acknowledgements, is_acknowledged
from judge.checkers.evidence import earliest_first, how_many, in_time, seconds, some
from judge.index import BatchKey, History, offset_at, partition_at, sent_ms
from judge.verdict import Anomaly, CheckResult, Evidence

NAME = "duplicates"

Places = list[tuple[BatchKey, int]]


def check(history: History) -> CheckResult:
    """Every order must be readable once, whether it was accepted or not.

    The reader's offsets decide; a reader that reads one offset twice has found nothing. The logs
    and the tap then tell a client's retry from a program that sends twice.
    """
    twice = sorted(history.read_again)
    if not history.first_read:
        return CheckResult(NAME, None, "nothing was read back", (), {"duplicates": 0})
    if not twice:
        return CheckResult(NAME, True, "no order is there twice", (), {"duplicates": 0})
    places = history.places_of(set(twice))
    by_cause: dict[str, list[Evidence]] = {}
    for order_id in twice:
        found = places.get(order_id, [])
        cause = _cause(history, found)
        by_cause.setdefault(cause, []).append(_evidence(history, order_id, found, cause))
    extra = sum(len(more) for more in history.read_again.values())
    anomalies = earliest_first(_anomaly(cause, rows) for cause, rows in by_cause.items())
    summary = f"{how_many(len(twice), 'order')} can be read more than once"
    figures = {"duplicates": len(twice), "extra_copies": extra}
    return CheckResult(NAME, False, summary, tuple(anomalies), figures)


def _anomaly(cause: str, rows: list[Evidence]) -> Anomaly:
    why = "by the client" if cause == "retried-after-lost-response" else "by the program"
    summary = f"{how_many(len(rows), 'order')} stored again {why}"
    chosen = tuple(some(in_time(rows)))
    return Anomaly("duplicate", cause, len(rows), summary, chosen)


def _cause(history: History, found: Places) -> str:
    """A copy whose answer never reached the program explains the next one; nothing else does."""
    by_batch = acknowledgements(history).by_batch
    batches = sorted({key for key, _ in found})
    for key in batches:
        tries = by_batch.get(key, [])
        others = [op for other in batches if other != key for op in by_batch.get(other, [])]
        unheard = [op for op in tries if not is_acknowledged(op)]
        if any(sent_ms(op) < sent_ms(later) for op in unheard for later in others):
            return "retried-after-lost-response"
    return "sent-twice"


def _evidence(history: History, order_id: str, found: Places, cause: str) -> Evidence:
    spots = sorted({history.first_read[order_id], *history.read_again[order_id]})
    offsets = [offset_at(place) for place in spots]
    by_batch = acknowledgements(history).by_batch
    tries = [op for key, _ in found for op in by_batch.get(key, [])]
    last = max(tries, key=lambda op: op.t_ms, default=None)
    when = f"; the last copy was sent at {seconds(sent_ms(last))}" if last else ""
    shown = ", ".join(map(str, offsets[:-1])) + f" and {offsets[-1]}"
    return Evidence(
        what=f"order {order_id} can be read at offsets {shown}{when}",
        t_ms=sent_ms(last) if last else None,
        id=order_id,
        broker=last.broker if last else None,
        topic=history.terms.topic,
        partition=partition_at(spots[0]),
        offset=offsets[-1],
        detail={"cause": cause, "offsets": offsets[:16]},
    )
