"""Who was in a consumer group over time, and when that changed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from judge.history import Op
from judge.index import History

STABLE = "Stable"

SEEN_LATE_MS = 1000.0
"""A change is seen by a poll five times a second, and felt some time before and after."""


@dataclass(frozen=True, slots=True)
class Rebalance:
    """The group came to rest again, with these members, between two looks of ours."""

    t_ms: float
    group: str
    members: int
    began_ms: float


def looks(history: History) -> list[Op]:
    """What the coordinator said of the members, in order of time."""
    return [op for op in history.rare_ops("group", "members") if op.type == "info"]


def rebalances(history: History) -> list[Rebalance]:
    """Each time that a group came to rest after the first; they are noted on a change only."""
    found: list[Rebalance] = []
    by_group: dict[str, list[Op]] = {}
    for op in looks(history):
        by_group.setdefault(op.id or "", []).append(op)
    for group, ops in by_group.items():
        rested, left_ms = False, None
        for op in ops:
            resting = (op.detail or {}).get("state") == STABLE
            if resting and rested:
                found.append(Rebalance(op.t_ms, group, op.count or 0, left_ms or _asked_ms(op)))
            left_ms = None if resting else (left_ms or _asked_ms(op))
            rested = rested or resting
    return sorted(found, key=lambda each: (each.t_ms, each.group))


def peopled(history: History) -> Iterable[tuple[float, float]]:
    """The times at which any group had members, as far as the looks tell; none overlap."""
    counts: dict[str, int] = {}
    begun_ms: float | None = None
    for op in looks(history):
        counts[op.id or ""] = op.count or 0
        if begun_ms is None and any(counts.values()):
            begun_ms = op.t_ms
        elif begun_ms is not None and not any(counts.values()):
            yield begun_ms, op.t_ms
            begun_ms = None
    if begun_ms is not None:
        yield begun_ms, float("inf")


def _asked_ms(op: Op) -> float:
    asked = (op.detail or {}).get("asked_ms")
    return float(asked) if isinstance(asked, int | float) else op.t_ms
