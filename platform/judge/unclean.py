"""Elections that made a leader of a replica which need not have had every committed record."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from judge.history import Op
from judge.index import History, partition_of

UNCLEAN = "unclean"
"""What the observer of the metadata log calls such an election; it has other words for others."""


@dataclass(frozen=True, slots=True)
class UncleanElection:
    """A leader from outside the in-sync and the eligible replicas. `ours`: the scenario's step."""

    op: Op
    clean: tuple[int, ...]
    ours: bool


def unclean_elections(history: History, topic: str) -> list[UncleanElection]:
    """Every unclean election of a topic that the metadata log shows, in order of time."""
    found: list[UncleanElection] = []
    by_partition: dict[int, list[Op]] = {}
    for op in history.rare_ops("metadata", "partition_change"):
        if op.topic == topic:
            by_partition.setdefault(partition_of(op), []).append(op)
    forced_ms = [
        op.t_ms
        for op in history.notes
        if op.f == "unclean_election" and topic in (op.detail or {}).get("topics", (topic,))
    ]
    for ops in by_partition.values():
        found += _of_partition(ops, forced_ms)
    return sorted(found, key=lambda each: (each.op.t_ms, partition_of(each.op)))


def _of_partition(ops: Iterable[Op], forced_ms: list[float]) -> Iterable[UncleanElection]:
    clean: frozenset[int] = frozenset()
    leader: int | None = None
    for op in ops:
        detail = op.detail or {}
        new, told_kind = op.broker, detail.get("election")
        # The last leader may come back after everybody had left the ISR: it lost nothing, so
        # the last replicas that were in sync stay clean while nobody is.
        elected = new is not None and new >= 0 and new != leader
        guessed = elected and bool(clean) and new not in clean
        if told_kind == UNCLEAN if told_kind else guessed:
            yield UncleanElection(op, tuple(sorted(clean)), bool(forced_ms))
        told = frozenset(detail.get("isr") or ()) | frozenset(detail.get("elr") or ())
        clean = told or clean
        leader = new if new is not None and new >= 0 else leader
