"""One pass over a history's operations into the tables of `judge.index.History`."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from judge.errors import JudgeError
from judge.history import Op
from judge.index import History, batch_key, partition_of, spot
from judge.rare import (
    RARE,
    keep,
    take_filled,
    take_special_read,
    take_writer,
)
from judge.terms import Terms, terms_from_detail


def index_history(ops: Iterable[Op], terms: Terms | None = None) -> History:
    """Index `ops`, by the terms they carry or by `terms` instead.

    Raises JudgeError `history-unreadable` when there are no terms to go by.
    """
    stream = iter(ops)
    held: list[Op] = []
    if terms is None:
        for op in stream:
            held.append(op)
            if op.source == "scenario" and op.f == "begin":
                terms = terms_from_detail(op.detail or {})
                break
        else:
            raise JudgeError("history-unreadable", "the history has no scenario begin operation")
    history = History(terms)
    for batch in (held, stream):
        for op in batch:
            if op.t_ms > history.end_ms:
                history.end_ms = op.t_ms
            take = _TAKE.get((op.source, op.f)) or _TAKE_ANY.get(op.source)
            if take is not None:
                take(history, op)
    _settle(history)
    return history


def _settle(history: History) -> None:
    """Sort what is read in order of time, by all fields so that no tie is left to chance."""
    lists = [history.appends, history.log_ends, history.faults, history.notes]
    lists += [history.programs, history.commits]
    for ops in (*lists, *history.metadata.values(), *history.rare.values()):
        ops.sort(key=_order)
    for copies in history.copies.values():
        copies.sort()
    for moments in history.processed.values():
        moments.sort()
    exits = [op for op in history.programs if op.f == "exit"]
    history.exit = exits[-1] if exits else None


def _order(op: Op) -> tuple[float, str]:
    return op.t_ms, repr(op)


def _earliest(table: dict[str, float], op: Op) -> None:
    if op.id is not None and not table.get(op.id, op.t_ms) < op.t_ms:
        table[op.id] = op.t_ms


def _take_scenario(history: History, op: Op) -> None:
    if op.f == "begin":
        history.begun = True
    elif op.f == "end":
        history.end = op
    else:
        history.notes.append(op)


def _take_handed(history: History, op: Op) -> None:
    if op.type != "invoke":
        take_filled(history, op)
    if op.id is not None and op.id not in history.handed:
        history.keys.append(op.key)
    _earliest(history.handed, op)


def _take_answer(history: History, op: Op) -> None:
    _earliest(history.accepted if op.type == "ok" else history.refused, op)


def _take_program(history: History, op: Op) -> None:
    history.programs.append(op)


def _take_processed(history: History, op: Op) -> None:
    if op.id is not None:
        by = str((op.detail or {}).get("program", ""))
        history.processed.setdefault(op.id, []).append((op.t_ms, by))


def _take_commit(history: History, op: Op) -> None:
    if op.offset is not None and op.topic in (history.terms.topic, history.terms.input_topic):
        history.commits.append(op)


def _take_append(history: History, op: Op) -> None:
    if op.topic == history.terms.topic:
        history.appends.append(op)


def _take_stored(history: History, op: Op) -> None:
    if op.topic != history.terms.topic or op.offset is None:
        return
    key = batch_key(op)
    if op.ids is not None:
        history.ids[key] = op.ids
    else:
        history.ids.setdefault(key, [])
    if op.count is not None:
        history.counts[key] = op.count
    if op.broker is not None:
        history.copies[key].append((op.broker, -1 if op.epoch is None else op.epoch))
    if op.detail:
        take_writer(history, key, op)


def _take_log_end(history: History, op: Op) -> None:
    if op.topic == history.terms.topic:
        history.log_ends.append(op)


def _take_read(history: History, op: Op) -> None:
    ids, topic = op.ids or [], op.topic or ""
    if topic in history.terms.canaries:
        history.canary_read[topic].update(ids)
    if topic != history.terms.topic:
        return
    counts = _isolation(op) == history.terms.isolation
    take_special_read(history, op, counts)
    if not counts:
        return
    offsets = (op.detail or {}).get("offsets") or range(len(ids))
    first, base = history.first_read, spot(partition_of(op), 0)
    for order_id, offset in zip(ids, offsets, strict=False):
        here = base | offset
        known = first.setdefault(order_id, here)
        # A reader that reads one offset twice has not found a second record.
        if known != here:
            first[order_id] = min(known, here)
            history.read_again.setdefault(order_id, set()).add(max(known, here))


def _isolation(op: Op) -> str:
    return str((op.detail or {}).get("isolation", "read_uncommitted"))


def _take_read_end(history: History, op: Op) -> None:
    if _isolation(op) != history.terms.isolation:
        take_special_read(history, op, False)
        return
    if op.topic == history.terms.topic and op.offset is not None:
        partition = partition_of(op)
        history.read_ends[partition] = max(history.read_ends.get(partition, 0), op.offset)
        history.read_ms = max(history.read_ms or 0.0, op.t_ms)


def _take_leader(history: History, op: Op) -> None:
    history.metadata[op.topic or "", partition_of(op)].append(op)


def _take_fault(history: History, op: Op) -> None:
    history.faults.append(op)


def _take_canary(history: History, op: Op) -> None:
    table = history.canary_sent if op.f == "send" else history.canary_read
    table[op.topic or ""].update(op.ids or ())
    history.canary_acked_ms[op.topic or ""].extend((op.detail or {}).get("acked_ms", ()))


def _take_pressure(history: History, op: Op) -> None:
    history.pressure.append(op)


_Take = Callable[[History, Op], None]

_TAKE: dict[tuple[str, str], _Take] = {
    ("ledger", "send"): _take_handed,
    ("program", "send"): _take_answer,
    ("program", "exit"): _take_program,
    ("program", "started"): _take_program,
    ("program", "processed"): _take_processed,
    ("tap", "commit"): _take_commit,
    ("group", "committed"): _take_commit,
    ("tap", "append"): _take_append,
    ("log", "stored"): _take_stored,
    ("log", "log_end"): _take_log_end,
    ("reader", "read"): _take_read,
    ("reader", "read_end"): _take_read_end,
    ("metadata", "leader"): _take_leader,
    ("machine", "pressure"): _take_pressure,
    **dict.fromkeys(RARE, keep),
}

_TAKE_ANY: dict[str, _Take] = {
    "scenario": _take_scenario,
    "fault": _take_fault,
    "canary": _take_canary,
}
"""Sources of which every operation goes the same way."""
