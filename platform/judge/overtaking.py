"""How an order came to be stored after one that was handed later: by what the tap saw sent."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass

from judge.acknowledgements import acknowledgements, is_acknowledged
from judge.allotment import HANDED_LATE_MS
from judge.history import Op
from judge.index import BatchKey, History, acks_of, partition_at, partition_of, sent_ms, spot

Places = dict[str, list[tuple[BatchKey, int]]]


@dataclass(frozen=True, slots=True)
class Overtaking:
    """`id` was handed before `by` and stands after it, or is on another partition than `by`.

    tries: the sends of the batch that holds its first copy, by time; before them, where it is
    needed to explain it, the refused batch that can have held it.
    """

    id: str
    by: str
    cause: str
    tries: tuple[Op, ...] = ()


@dataclass(frozen=True, slots=True)
class _Sends:
    """The batch of an order's first copy, and every send of it, by time."""

    batch: BatchKey | None
    tries: tuple[Op, ...]

    @property
    def first_ms(self) -> float | None:
        return sent_ms(self.tries[0]) if self.tries else None


def explain(history: History, pairs: Sequence[tuple[str, str]]) -> list[Overtaking]:
    """The cause of each pair (overtaken, overtaker), in the order of `pairs`.

    A client may pack a retry anew, so that the batch that failed is in no log and the tap knows
    no ids: an order counts as retried where such a batch can have held it, and as sent out of
    order only where none can.
    """
    places = history.places_of({order_id for pair in pairs for order_id in pair})
    found: list[Overtaking] = []
    waiting: list[tuple[int, float]] = []
    for order_id, by in pairs:
        mine, theirs = (_sends(history, places, i) for i in (order_id, by))
        cause = _cause(history, (order_id, by), mine, theirs)
        if cause == "sent-out-of-order" and mine.batch != theirs.batch:
            waiting.append((len(found), theirs.first_ms or 0.0))
        found.append(Overtaking(order_id, by, cause, mine.tries))
    for number, op in _retried(history, found, waiting).items():
        each = found[number]
        tries = (op, *each.tries)
        found[number] = Overtaking(each.id, each.by, "retried-past-a-later-batch", tries)
    return found


def _sends(history: History, places: Places, order_id: str) -> _Sends:
    here = history.first_read[order_id]
    by_batch = acknowledgements(history).by_batch
    for key, offset in places.get(order_id, ()):
        if spot(key[0], offset) == here:
            return _Sends(key, tuple(sorted(by_batch.get(key, ()), key=sent_ms)))
    return _Sends(None, ())


def _cause(history: History, pair: tuple[str, str], mine: _Sends, theirs: _Sends) -> str:
    here, there = (partition_at(history.first_read[i]) for i in pair)
    if here != there:
        return _across(history, (here, there), (mine, theirs))
    if mine.batch is not None and mine.batch == theirs.batch:
        return "sent-out-of-order"
    if mine.first_ms is None or theirs.first_ms is None or mine.first_ms == theirs.first_ms:
        return "stored-out-of-order"
    if theirs.first_ms < mine.first_ms:
        return "sent-out-of-order"
    # One send that was stored late waited on the way: nobody has sent it again.
    again = len(mine.tries) > 1 and not is_acknowledged(mine.tries[0])
    return "retried-past-a-later-batch" if again else "overtaken-on-the-way"


def _across(history: History, parts: tuple[int, int], sends: tuple[_Sends, _Sends]) -> str:
    """Whether the topic got the one partition after the other had been written to."""
    moments = [one.first_ms for one in sends if one.first_ms is not None]
    for part in parts:
        shown = history.metadata.get((history.terms.topic, part))
        if shown and moments and shown[0].t_ms > min(moments):
            return "partitions-changed"
    return "key-on-two-partitions"


def _retried(
    history: History, found: list[Overtaking], waiting: list[tuple[int, float]]
) -> dict[int, Op]:
    """Which of those that wait can have been in a batch that failed before they were passed.

    An order fits a batch that left after it was handed and before the later one was sent; each
    batch holds so many. Batches by time, the order with the nearest end first: no other way to
    fill them clears more.
    """
    result: dict[int, Op] = {}
    failed = [op for op in acknowledgements(history).doubtful_unstored if acks_of(op) != 0]
    for part in sorted({partition_of(op) for op in failed}):
        rows = sorted(
            (history.handed[found[number].id] - HANDED_LATE_MS, passed_ms, number)
            for number, passed_ms in waiting
            if partition_at(history.first_read[found[number].id]) == part
        )
        ready: list[tuple[float, int]] = []
        at = 0
        for op in (op for op in failed if partition_of(op) == part):
            while at < len(rows) and rows[at][0] <= sent_ms(op):
                heapq.heappush(ready, rows[at][1:])
                at += 1
            room = op.count or 1
            while ready and room:
                passed_ms, number = heapq.heappop(ready)
                if passed_ms > sent_ms(op):
                    result[number] = op
                    room -= 1
    return result
