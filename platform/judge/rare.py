"""Operations that only some checkers look at, kept as they came, by source and kind."""

from __future__ import annotations

from judge.history import Op
from judge.index import BatchKey, History, partition_of, spot

RARE = (
    ("tap", "end_txn"),
    ("tap", "init_producer"),
    ("tap", "group"),
    ("group", "members"),
    ("log", "marker"),
    ("log", "segments"),
    ("metadata", "config"),
    ("metadata", "topic"),
    ("metadata", "fencing"),
    ("metadata", "controller"),
    ("metadata", "partition_change"),
    ("transaction", "state"),
    ("transaction", "stable_end"),
    ("load", "block"),
    ("cli", "command"),
    ("program", "finding"),
)
"""Kinds of operation that are kept whole: none of them comes once for every record."""


_PLAIN = frozenset(("offsets", "isolation"))


def keep(history: History, op: Op) -> None:
    """Keep an operation whole, under its source and kind."""
    history.rare.setdefault((op.source, op.f), []).append(op)


def take_filled(history: History, op: Op) -> None:
    """Our producer put an order into the topic that the program reads, or took it back (fail)."""
    if op.type == "fail" and op.id is not None:
        history.taken_back.add(op.id)
    if op.type != "ok" or op.id is None or op.offset is None:
        return
    if (op.detail or {}).get("delete"):
        history.rare.setdefault(("ledger", "delete"), []).append(op)
    here = spot(partition_of(op), op.offset)
    if history.filled.get(op.id, here) >= here:
        history.filled[op.id] = here
        history.filled_ms[op.id] = op.t_ms


def take_special_read(history: History, op: Op, counts: bool) -> None:
    """Keep a reading of the judged topic that no table holds whole.

    Such is one at another isolation level than the run is judged by (`counts` is False), and one
    that says more of its records than ids and offsets.
    """
    if op.topic == history.terms.topic and (not counts or not _PLAIN.issuperset(op.detail or ())):
        keep(history, op)


def take_writer(history: History, key: BatchKey, op: Op) -> None:
    """Which producer wrote a stored batch, where it said so."""
    detail = op.detail or {}
    pid = detail.get("pid", -1)
    if isinstance(pid, int) and pid >= 0:
        history.writers[key] = (
            pid,
            int(detail.get("pepoch", -1)),
            int(detail.get("seq", -1)),
            bool(detail.get("txn")),
        )
