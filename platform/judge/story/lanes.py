"""Counts orders by what became of them, in cells of a tenth of a second."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from judge.acknowledgements import acknowledgements
from judge.fates import fates
from judge.index import History, acks_of, sent_ms

CELL_MS = 100
MAX_CELLS = 600
"""A minute in full detail; longer runs get wider cells."""


@dataclass(frozen=True, slots=True)
class Lanes:
    """One count a cell; cell i covers [i * cell_ms, (i + 1) * cell_ms).

    handed, refused: when the order was handed, or the program refused it.
    accepted: when the program accepted it; acknowledged: when a broker's yes reached it. Both
    leave out what was lost, which is counted in lost at the moment it was vouched for.
    in_doubt: records sent in batches whose answer never came. duplicates: when an order that can
    be read twice was acknowledged, or handed when it never was.
    """

    cell_ms: int
    handed: tuple[int, ...]
    accepted: tuple[int, ...]
    acknowledged: tuple[int, ...]
    refused: tuple[int, ...]
    lost: tuple[int, ...]
    in_doubt: tuple[int, ...]
    duplicates: tuple[int, ...]


def lanes(history: History) -> Lanes:
    """The lanes of a run, all of one length."""
    cell_ms = _cell_ms(history.end_ms)
    cells = int(history.end_ms // cell_ms) + 1
    lost = {loss.id: loss.t_ms for loss in fates(history).lost}
    told = acknowledgements(history).by_id
    twice = (i for i in history.read_again if i in history.handed)

    def count(moments: Iterable[tuple[float, int]]) -> tuple[int, ...]:
        lane = [0] * cells
        for t_ms, many in moments:
            lane[min(max(int(t_ms // cell_ms), 0), cells - 1)] += many
        return tuple(lane)

    return Lanes(
        cell_ms=cell_ms,
        handed=count((t, 1) for t in history.handed.values()),
        accepted=count((t, 1) for i, t in history.accepted.items() if i not in lost),
        acknowledged=count((op.t_ms, 1) for i, op in told.items() if i not in lost),
        refused=count((t, 1) for i, t in history.refused.items() if i not in history.accepted),
        lost=count((t, 1) for t in lost.values()),
        in_doubt=count(
            (sent_ms(op), op.count or 1)
            for op in history.appends
            if op.type == "info" and acks_of(op) != 0
        ),
        duplicates=count((told[i].t_ms if i in told else history.handed[i], 1) for i in twice),
    )


def _cell_ms(end_ms: float) -> int:
    cell_ms = CELL_MS
    while end_ms // cell_ms + 1 > MAX_CELLS:
        cell_ms *= 2
    return cell_ms
