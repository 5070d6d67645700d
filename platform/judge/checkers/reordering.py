"""Finds orders that are stored in another order than the one they were handed in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from judge.acknowledgements import is_acknowledged
from judge.checkers.evidence import earliest_first, how_many, in_time, seconds, some
from judge.handing import in_order, ranks
from judge.history import Op
from judge.index import History, offset_at, partition_at, sent_ms
from judge.overtaking import Overtaking, explain
from judge.verdict import Anomaly, CheckResult, Evidence

NAME = "reordering"

Group = str | int
"""What keeps an order of its own: a key, or a partition."""

Member = tuple[float, int, str]
"""Rank, place and id of an order."""


@dataclass(slots=True)
class _Found:
    """The pairs out of order, and how many groups could have had one."""

    pairs: list[tuple[str, str]]
    groups: int


def check(history: History, *, per: str = "key") -> CheckResult:
    """The first copies of one key's orders must be stored in the order they were handed in.

    A block that is stored again later is a duplicate and no reordering. Of two orders handed at
    one moment none is first. `kept` is None where nothing was read back, or no key has two
    readable orders: nothing could be out of order then.

    Options:
        per: `key`, or `partition` where the whole partition must keep the order.
    """
    if not history.first_read:
        return CheckResult(NAME, None, "nothing was read back", (), {"out_of_order": 0})
    found = _out_of_order(history, per)
    figures = {"out_of_order": len(found.pairs)}
    if not found.groups:
        return CheckResult(NAME, None, f"no {per} has two orders that can be read", (), figures)
    if not found.pairs:
        return CheckResult(NAME, True, f"the orders of each {per} are in order", (), figures)
    by_cause: dict[str, list[Evidence]] = {}
    for each in explain(history, found.pairs):
        by_cause.setdefault(each.cause, []).append(_evidence(history, each))
    anomalies = earliest_first(_anomaly(cause, rows) for cause, rows in by_cause.items())
    summary = f"{how_many(len(found.pairs), 'order')} not where the order of its {per} puts it"
    return CheckResult(NAME, False, summary, tuple(anomalies), figures)


def _out_of_order(history: History, per: str) -> _Found:
    """Each group by itself, unless one look shows that everything is in order."""
    rank, read = ranks(history), history.first_read
    straight = rank is history.handed and in_order(rank.values())
    if straight and (groups := _all_in_order(history)):
        return _Found([], groups)
    members: dict[Group, list[Member]] = {}
    for order_id, key in zip(history.handed, history.keys, strict=True):
        place = read.get(order_id)
        if place is not None:
            group = key if per == "key" else partition_at(place)
            if group is not None:
                members.setdefault(group, []).append((rank[order_id], place, order_id))
    several = [rows for rows in members.values() if len(rows) > 1]
    pairs = [pair for rows in several for pair in _wrong(rows)]
    return _Found(sorted(pairs, key=lambda pair: (history.handed[pair[0]], pair)), len(several))


def _all_in_order(history: History) -> int:
    """How many keys there are when every order is read, on one partition and in order; else 0.

    That is most histories, and it takes a quarter of the time to see it at once.
    """
    places = [place for place in history.places if place is not None]
    keys = set(history.keys)
    several = len(places) == len(history.keys) > len(keys) and None not in keys
    if not several or not in_order(places):
        return 0
    return len(keys) if partition_at(places[0]) == partition_at(places[-1]) else 0


def _wrong(rows: list[Member]) -> Iterable[tuple[str, str]]:
    """Orders that stand wrong, each with one that shows it.

    Where the rows are on several partitions, every row on another one than the first is wrong:
    no reader sees them in order.
    """
    by_partition: dict[int, list[Member]] = {}
    for row in rows:
        by_partition.setdefault(partition_at(row[1]), []).append(row)
    first = min(rows)
    for partition, there in by_partition.items():
        if partition != partition_at(first[1]):
            yield from ((row[2], first[2]) for row in there)
        else:
            yield from _overtaken(there)


def _overtaken(rows: list[Member]) -> Iterable[tuple[str, str]]:
    """Each order that stands after a later one, with the first of those that passed it."""
    rows.sort(reverse=True)
    # Those of one moment wait in `level` until an earlier one comes: none of them is later.
    first: tuple[int, str] | None = None
    level: tuple[int, str] | None = None
    moment = None
    for rank, place, order_id in rows:
        if rank != moment:
            first, level, moment = _lower(first, level), None, rank
        if first is not None and first[0] < place:
            yield order_id, first[1]
        level = _lower(level, (place, order_id))


def _lower(one: tuple[int, str] | None, other: tuple[int, str] | None) -> tuple[int, str] | None:
    return min((each for each in (one, other) if each), default=None)


_SUMMARIES = {
    "retried-past-a-later-batch": "sent again after a later batch had been stored",
    "sent-out-of-order": "sent after a later one by the program itself",
    "overtaken-on-the-way": "overtaken by a later one while they were on the way",
    "key-on-two-partitions": "on another partition than the first of their key",
    "partitions-changed": "on a partition that the topic did not have at first",
    "stored-out-of-order": "stored after a later one",
}


def _anomaly(cause: str, rows: list[Evidence]) -> Anomaly:
    summary = f"{how_many(len(rows), 'order')} {_SUMMARIES[cause]}"
    return Anomaly(
        "reordering", cause, len(rows), summary, tuple(some(in_time(rows)))
    )


def _evidence(history: History, each: Overtaking) -> Evidence:
    place, passed = history.first_read[each.id], history.first_read[each.by]
    said = (
        f"order {each.id}, handed at {seconds(history.handed[each.id])}, is at {_where(place)}; "
        f"order {each.by}, handed at {seconds(history.handed[each.by])}, is at {_where(passed)}"
    )
    landed = max(each.tries, key=sent_ms, default=None)
    return Evidence(
        what=f"{said}{_tried(each.tries)}",
        t_ms=sent_ms(landed) if landed else history.handed[each.id],
        id=each.id,
        broker=landed.broker if landed else None,
        topic=history.terms.topic,
        partition=partition_at(place),
        offset=offset_at(place),
        detail={"cause": each.cause, "passed_by": each.by},
    )


def _where(place: int) -> str:
    return f"partition {partition_at(place)}, offset {offset_at(place)}"


def _tried(tries: tuple[Op, ...]) -> str:
    """What became of the batches that held it, in the order they were sent."""
    if not tries:
        return ""
    told = [f"sent at {seconds(sent_ms(op))} and {_answer(op)}" for op in tries[:3]]
    return f"; its batch was {', '.join(told)}"


def _answer(op: Op) -> str:
    if is_acknowledged(op):
        return "acknowledged"
    return f"answered {op.error}" if op.error else "not answered"
