"""Chooses the few operations that show an anomaly best, and says moments as people do."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from judge.verdict import Anomaly, Evidence

T = TypeVar("T")

LIMIT = 8
"""How many operations an anomaly shows. More are counted and not listed."""


def choose(
    found: Sequence[T], moment: Callable[[T], float], around_ms: float | None = None
) -> list[T]:
    """At most LIMIT of `found`, which is in order: first, last, nearest to a moment, and a spread.

    The choice depends on the order of `found` only, so a replay makes the same one.
    """
    if len(found) <= LIMIT:
        return list(found)
    last = len(found) - 1
    picked = {0, last}
    if around_ms is not None:
        picked.add(min(range(len(found)), key=lambda i: (abs(moment(found[i]) - around_ms), i)))
    # Of more than LIMIT the seven steps are seven places of their own, which is always enough.
    for step in range(1, LIMIT):
        if len(picked) < LIMIT:
            picked.add(step * last // LIMIT)
    return [found[i] for i in sorted(picked)]


def some(found: Sequence[T]) -> list[T]:
    """At most LIMIT of `found`, which is in order: first, last and a spread."""
    return choose(found, lambda _: 0.0)


def in_time(rows: Iterable[Evidence]) -> list[Evidence]:
    """Evidence in order of time, then id; what has no time comes first."""
    return sorted(rows, key=lambda row: (row.t_ms or 0, row.id or ""))


def earliest_first(anomalies: Iterable[Anomaly]) -> list[Anomaly]:
    """Anomalies in the order in which their first evidence happened, then by cause."""
    return sorted(anomalies, key=lambda each: (each.evidence[0].t_ms or 0, each.cause))


def seconds(t_ms: float) -> str:
    """A moment as a sentence has it: `6.412 s`."""
    return f"{t_ms / 1000:.3f} s"


def how_many(count: int, noun: str) -> str:
    """`1 order`, `2 orders`, `1,994 orders`."""
    return f"{count:,} {noun}" + ("" if count == 1 else "s")
