"""The table that a topic of keyed records is the history of: the last value for each key."""

from __future__ import annotations

from dataclasses import dataclass, field

from judge.index import History, partition_of, spot


@dataclass(slots=True)
class Tables:
    """What the table must be, and what a reader of the topic rebuilds.

    expected, rebuilt: key -> the order whose value stands, None where the key was deleted last.
    expected_at: key -> the place of that record. doubtful: keys with an order in doubt.
    left: deleted keys of which the topic still holds a tombstone.
    """

    expected: dict[str, str | None] = field(default_factory=dict)
    expected_at: dict[str, int] = field(default_factory=dict)
    rebuilt: dict[str, str | None] = field(default_factory=dict)
    doubtful: set[str] = field(default_factory=set)
    left: set[str] = field(default_factory=set)


def tables(history: History) -> Tables:
    """Both tables, by the places of the records; for readings that tell the keys."""
    found, deletes = Tables(), {op.id for op in history.rare_ops("ledger", "delete")}
    for order_id, key in zip(history.handed, history.keys, strict=True):
        place = history.filled.get(order_id)
        if key is None:
            continue
        if place is None:
            found.doubtful.add(key)
        elif found.expected_at.get(key, -1) < place:
            found.expected_at[key] = place
            found.expected[key] = None if order_id in deletes else order_id
    rebuilt_at: dict[str, int] = {}
    for op in history.rare_ops("reader", "read"):
        detail, base = op.detail or {}, spot(partition_of(op), 0)
        rows = [
            (key, order_id, base | offset)
            for key, order_id, offset in zip(
                detail.get("keys", ()), op.ids or (), detail.get("offsets", ()), strict=False
            )
        ]
        stones = [(key, None, base | offset) for key, offset in detail.get("tombstones", ())]
        for key, value, place in (*rows, *stones):
            if rebuilt_at.get(key, -1) < place:
                rebuilt_at[key], found.rebuilt[key] = place, value
    found.left = {key for key, value in found.rebuilt.items() if value is None}
    return found


def tells_keys(history: History) -> bool:
    """Whether any reading of the topic tells the keys of its records."""
    ops = history.rare_ops("reader", "read")
    return any("keys" in (op.detail or {}) or "tombstones" in (op.detail or {}) for op in ops)
