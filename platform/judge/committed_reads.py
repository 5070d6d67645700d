"""What a consumer with isolation.level=read_committed got of the judged topic."""

from __future__ import annotations

from dataclasses import dataclass, field

from judge.history import Op
from judge.index import History, partition_of, spot
from judge.terms import READ_COMMITTED


@dataclass(slots=True)
class CommittedReads:
    """Everything that was read as committed.

    first: order -> the first place it was read at. again: order -> its other places. ends:
    partition -> offset up to which all was read; empty when nobody read as read_committed.
    altered: places of records that carry an order's id and not the value the brief asks for.
    """

    first: dict[str, int] = field(default_factory=dict)
    again: dict[str, set[int]] = field(default_factory=dict)
    ends: dict[int, int] = field(default_factory=dict)
    altered: set[int] = field(default_factory=set)
    read_ms: float | None = None


def committed_reads(history: History) -> CommittedReads:
    """The committed readings, worked out once for each history."""
    if "committed_reads" not in history.memo:
        history.memo["committed_reads"] = _collect(history)
    found: CommittedReads = history.memo["committed_reads"]
    return found


def _collect(history: History) -> CommittedReads:
    if history.terms.isolation == READ_COMMITTED:
        found = CommittedReads(
            history.first_read, history.read_again, history.read_ends, read_ms=history.read_ms
        )
    else:
        found = CommittedReads()
        for op in _committed(history, "read"):
            _take(found, op)
        for op in _committed(history, "read_end"):
            part = partition_of(op)
            found.ends[part] = max(found.ends.get(part, 0), op.offset or 0)
            found.read_ms = max(found.read_ms or 0.0, op.t_ms)
    for op in _committed(history, "read"):
        base = spot(partition_of(op), 0)
        found.altered.update(base | offset for offset in (op.detail or {}).get("altered", ()))
    return found


def _committed(history: History, f: str) -> list[Op]:
    ops = history.rare_ops("reader", f)
    return [op for op in ops if (op.detail or {}).get("isolation") == READ_COMMITTED]


def _take(found: CommittedReads, op: Op) -> None:
    ids = op.ids or []
    base = spot(partition_of(op), 0)
    offsets = (op.detail or {}).get("offsets") or range(len(ids))
    for order_id, offset in zip(ids, offsets, strict=False):
        here = base | offset
        known = found.first.setdefault(order_id, here)
        if known != here:
            found.first[order_id] = min(known, here)
            found.again.setdefault(order_id, set()).add(max(known, here))
