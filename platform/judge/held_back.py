"""How long open transactions kept readers at read_committed from records that were there."""

from __future__ import annotations

from judge.history import Op
from judge.index import History, partition_of


def longest_held_back_ms(history: History) -> float | None:
    """The longest time for which a last stable offset stood still below its high watermark.

    An offset that moves is no wait, however often it is behind: one transaction came after
    another. None where nobody watched.
    """
    looks = [op for op in history.rare_ops("transaction", "stable_end") if op.type == "info"]
    if not looks:
        return None
    longest = 0.0
    since: dict[int, Op] = {}
    for op in looks:
        number = partition_of(op)
        held = since.get(number)
        if held is not None:
            longest = max(longest, op.t_ms - held.t_ms)
            if held.offset == op.offset and _behind(op):
                continue
            del since[number]
        if _behind(op):
            since[number] = op
    return round(max([longest, *(history.end_ms - op.t_ms for op in since.values())]), 3)


def _behind(look: Op) -> bool:
    mark = (look.detail or {}).get("high_watermark")
    return isinstance(mark, int) and look.offset is not None and look.offset < mark
