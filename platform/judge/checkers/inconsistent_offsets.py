"""Finds offsets that hold one record for one observer and another record for the next."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from judge.acknowledgements import acknowledgements
from judge.checkers.asked import asked
from judge.checkers.evidence import earliest_first, how_many, seconds, some
from judge.index import BatchKey, History, isr_of, offset_at, partition_at, spot
from judge.verdict import Anomaly, CheckResult, Evidence

NAME = "inconsistent_offsets"
ANOMALY = "inconsistent-offset"


@dataclass(frozen=True, slots=True)
class _Split:
    """One place with two values, and who holds or said which."""

    place: int
    t_ms: float | None
    what: str
    id: str | None = None
    broker: int | None = None


def check(history: History) -> CheckResult:
    """One offset of one partition must hold one record, whoever is asked.

    Asked are the brokers' yes, the logs of the replicas that were in sync at the end, and the
    readers. A replica that is out of sync may still hold what it will cut off. `kept` is None
    where the lab does not ask and where the topic was not read back.
    """
    if not asked(history, NAME, ANOMALY):
        return CheckResult(NAME, None, "the lab does not ask")
    if not history.read_ends:
        return CheckResult(NAME, None, "the topic was not read back")
    found = {
        "acknowledged-then-overwritten": _overwritten(history),
        "replicas-differ": _apart(history),
        "read-differently": _read_apart(history),
    }
    figures = {"inconsistent": len({each.place for rows in found.values() for each in rows})}
    anomalies = earliest_first(
        _anomaly(history, cause, rows) for cause, rows in found.items() if rows
    )
    if anomalies:
        count = how_many(figures["inconsistent"], "offset")
        return CheckResult(NAME, False, f"{count} with two values", tuple(anomalies), figures)
    if not history.first_read:
        return CheckResult(NAME, None, "the topic holds nothing", (), figures)
    return CheckResult(NAME, True, "every offset has one value for all", (), figures)


def _overwritten(history: History) -> list[_Split]:
    """Places that a broker acknowledged as one order and the reader found taken by another."""
    by_id = acknowledgements(history).by_id
    gone = {i for i in history.unread if i in by_id}
    wanted: dict[int, str] = {}
    for order_id, places in history.places_of(gone).items():
        for key, offset in places:
            # Only the batch that was acknowledged, not a copy of the order somewhere else.
            if by_id[order_id] in acknowledgements(history).by_batch.get(key, ()):
                wanted.setdefault(spot(key[0], offset), order_id)
    rows = []
    for order_id, place in _read(history) if wanted else ():
        if place in wanted:
            op = by_id[wanted[place]]
            what = (
                f"was acknowledged by broker {op.broker} at {seconds(op.t_ms)} "
                f"as order {wanted[place]}; the reader found order {order_id} there"
            )
            rows.append(_Split(place, op.t_ms, what, wanted[place], op.broker))
    return sorted(rows, key=lambda each: (each.t_ms or 0, each.place, each.what))


def _apart(history: History) -> list[_Split]:
    """Places below the end that was read at which in-sync replicas hold different batches."""
    rows: list[_Split] = []
    if _compacted(history):
        # Each replica cleans its log when it likes, and writes other batches then.
        return rows
    for partition, end in sorted(history.read_ends.items()):
        sync = _in_sync(history, partition)
        keys = sorted(
            key
            for key, copies in history.copies.items()
            if key[0] == partition
            and key[1] < end
            and any(broker in sync for broker, _ in copies)
        )
        for one, other in pairwise(keys):
            if other[1] < one[1] + history.counts.get(one, 1):
                rows.append(_split(history, one, other, sync))
    return rows


def _compacted(history: History) -> bool:
    asked_for = (history.terms.settings.get("topic") or {}).get("cleanup.policy", "")
    shown = (
        str((op.detail or {}).get("cleanup.policy", ""))
        for op in history.rare_ops("metadata", "config")
        if op.topic == history.terms.topic
    )
    return any("compact" in policy for policy in (asked_for, *shown))


def _split(history: History, one: BatchKey, other: BatchKey, sync: set[int]) -> _Split:
    holders = [
        ", ".join(str(b) for b in sorted({b for b, _ in history.copies[key] if b in sync}))
        for key in (one, other)
    ]
    what = f"is in one batch on broker {holders[0]} and in another on broker {holders[1]}"
    return _Split(spot(other[0], other[1]), history.read_ms, what)


def _in_sync(history: History, partition: int) -> set[int]:
    """The live brokers that the last metadata showed in sync."""
    shown = history.metadata.get((history.terms.topic, partition))
    sync = set(isr_of(shown[-1])) if shown else set()
    return sync - history.gone_brokers


def _read_apart(history: History) -> list[_Split]:
    """Places at which readers found more than one order."""
    if len({place for _, place in _read(history)}) == sum(1 for _ in _read(history)):
        return []
    ids: dict[int, set[str]] = {}
    for order_id, place in _read(history):
        ids.setdefault(place, set()).add(order_id)
    return [
        _Split(place, history.read_ms, f"was read as {' and as '.join(sorted(found))}")
        for place, found in sorted(ids.items())
        if len(found) > 1
    ]


def _read(history: History) -> list[tuple[str, int]]:
    again = [(i, place) for i, places in history.read_again.items() for place in places]
    return [*history.first_read.items(), *again]


_SUMMARIES = {
    "acknowledged-then-overwritten": "acknowledged as one order and read as another",
    "replicas-differ": "at which replicas in sync hold different batches",
    "read-differently": "read as more than one order",
}


def _anomaly(history: History, cause: str, found: list[_Split]) -> Anomaly:
    rows = tuple(
        Evidence(
            f"partition {partition_at(each.place)}, offset {offset_at(each.place)}, {each.what}",
            each.t_ms,
            each.id,
            broker=each.broker,
            topic=history.terms.topic,
            partition=partition_at(each.place),
            offset=offset_at(each.place),
            detail={"cause": cause},
        )
        for each in some(found)
    )
    summary = f"{how_many(len(found), 'offset')} {_SUMMARIES[cause]}"
    return Anomaly(ANOMALY, cause, len(found), summary, rows)
