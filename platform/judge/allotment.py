"""Which orders can have been in which batches, when the batches are known by their counts alone."""

from __future__ import annotations

from bisect import bisect_right

from judge.history import Op
from judge.index import sent_ms

HANDED_LATE_MS = 250.0
"""A batch may leave this much before its order is noted as handed: the note follows the pipe,
and on a busy machine the program is sometimes faster."""


def allot(born: list[float], batches: list[Op]) -> dict[int, Op]:
    """Place in `born`, which is sorted, -> the batch that order can have been in.

    Each batch takes the latest orders that were handed before it left and are not taken. That
    fills as many places as any other way, and those of the batches that come first before the
    others': unit jobs with deadlines. So nobody is called a liar whom the counts could clear.
    """
    # Places are counted from 1 here; free[p] leads down to the last free one up to p, 0 is none.
    free = list(range(len(born) + 1))
    matched: dict[int, Op] = {}
    for op in batches:
        latest = bisect_right(born, sent_ms(op) + HANDED_LATE_MS)
        for _ in range(op.count or 1):
            place = _last_free(free, latest)
            if not place:
                break
            matched[place - 1] = op
            free[place] = place - 1
    return matched


def _last_free(free: list[int], place: int) -> int:
    while free[place] != place:
        free[place] = free[free[place]]
        place = free[place]
    return place
