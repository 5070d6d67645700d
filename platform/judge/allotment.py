"""Which orders can have been in which batches, when the batches are known by their counts alone."""

from __future__ import annotations

from bisect import bisect_right

from judge.history import Op
from judge.index import sent_ms

HANDED_LATE_MS = 250.0
"""A batch may leave this much before its order is noted as handed: the note follows the pipe,
and on a busy machine the program is sometimes faster."""


def allot(born: list[float], batches: list[Op]) -> list[Op]:
    """The batches that the first orders of `born`, which is sorted, can have been in.

    The answer is as long as any way to fill the batches can make it, and fills those that come
    first in `batches` before the others. So nobody is called a liar whom the counts could clear.
    The orders left over are the last ones: producers send in the order they are given.
    """
    room = _rooms(born, batches)
    # If any orders fill these rooms, then so do the first as many, earliest into earliest.
    return sorted((op for op, taken in zip(batches, room, strict=True) for _ in range(taken)),
                  key=sent_ms)  # fmt: skip


def _rooms(born: list[float], batches: list[Op]) -> list[int]:
    """How many orders to put into each batch: unit jobs with deadlines, filled from the last."""
    # Places are counted from 1 here; free[p] leads down to the last free one up to p, 0 is none.
    free = list(range(len(born) + 1))
    rooms = []
    for op in batches:
        latest, taken = bisect_right(born, sent_ms(op) + HANDED_LATE_MS), 0
        while taken < (op.count or 1) and (place := _last_free(free, latest)):
            free[place] = place - 1
            taken += 1
        rooms.append(taken)
    return rooms


def _last_free(free: list[int], place: int) -> int:
    while free[place] != place:
        free[place] = free[free[place]]
        place = free[place]
    return place
