"""Whole columns of a history, gathered chunk by chunk and made into tables at the end.

To enter a million rows into tables one by one takes most of a verdict's time; a column goes in
with one call, and only a history that says something twice is looked at row by row.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain
from typing import TypeVar

T = TypeVar("T", int, float)

Moments = list[tuple[list[str], list[float]]]
Places = list[tuple[list[str], list[int]]]


@dataclass(slots=True)
class Columns:
    """Ids beside moments, or beside places, as the operations came."""

    handed: Moments = field(default_factory=list)
    accepted: Moments = field(default_factory=list)
    refused: Moments = field(default_factory=list)
    read: Places = field(default_factory=list)

    def clear(self) -> None:
        """Let go of all columns."""
        for column in (self.handed, self.accepted, self.refused):
            column.clear()
        self.read.clear()


def earliest(columns: Moments) -> tuple[dict[str, float], bool]:
    """Each id with its earliest moment, and whether any came more than once."""
    table = dict(_rows(columns))
    if len(table) == sum(len(ids) for ids, _ in columns):
        return table, False
    table = {}
    for order_id, t_ms in _rows(columns):
        if table.setdefault(order_id, t_ms) > t_ms:
            table[order_id] = t_ms
    return table, True


def first_places(columns: Places) -> tuple[dict[str, int], dict[str, set[int]]]:
    """Each id with its first place, and those at more than one place with the others.

    A reader that reads one offset twice has not found a second record.
    """
    first = dict(_rows(columns))
    again: dict[str, set[int]] = {}
    if len(first) == sum(len(ids) for ids, _ in columns):
        return first, again
    first = {}
    for order_id, here in _rows(columns):
        known = first.setdefault(order_id, here)
        if known != here:
            first[order_id] = min(known, here)
            again.setdefault(order_id, set()).add(max(known, here))
    return first, again


def _rows(columns: list[tuple[list[str], list[T]]]) -> Iterator[tuple[str, T]]:
    ids = chain.from_iterable(ids for ids, _ in columns)
    return zip(ids, chain.from_iterable(values for _, values in columns), strict=False)
