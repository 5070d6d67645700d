"""One pass over a history's operations into the tables of `judge.index.History`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import groupby, pairwise
from operator import attrgetter

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
        _fill(history, batch)
    _settle(history)
    return history


def _fill(history: History, ops: Iterable[Op]) -> None:
    """Take every operation. Four of five are orders handed and answered: those are taken here.

    One string stands for an id wherever it comes from: a history of a million operations would
    else hold every id four times over.
    """
    handed, keys, end_ms = history.handed, history.keys, history.end_ms
    accepted, refused, same = history.accepted, history.refused, history.names.setdefault
    for op in ops:
        t_ms, order_id = op.t_ms, op.id
        if t_ms > end_ms:
            end_ms = t_ms
        if op.f == "send" and order_id is not None:
            source = op.source
            if source == "ledger" and op.type == "invoke":
                known = len(handed)
                if handed.setdefault(same(order_id, order_id), t_ms) > t_ms:
                    handed[order_id] = t_ms
                if len(handed) > known:
                    key = op.key
                    keys.append(key if key is None else same(key, key))
                continue
            if source == "program":
                table = accepted if op.type == "ok" else refused
                if table.setdefault(same(order_id, order_id), t_ms) > t_ms:
                    table[order_id] = t_ms
                continue
        take = _TAKE.get((op.source, op.f)) or _TAKE_ANY.get(op.source)
        if take is not None:
            take(history, op)
    history.end_ms = end_ms


def _settle(history: History) -> None:
    """Sort what is read in order of time, by all fields so that no tie is left to chance."""
    lists = [history.appends, history.log_ends, history.faults, history.notes]
    lists += [history.programs, history.commits]
    for ops in (*lists, *history.metadata.values(), *history.rare.values()):
        _sort(ops)
    history.names.clear()
    for copies in history.copies.values():
        copies.sort()
    for moments in history.processed.values():
        moments.sort()
    exits = [op for op in history.programs if op.f == "exit"]
    history.exit = exits[-1] if exits else None


_time_of = attrgetter("t_ms")


def _sort(ops: list[Op]) -> None:
    """By time, and by all fields where the time is the same: to write them out is dear."""
    if all(one.t_ms < other.t_ms for one, other in pairwise(ops)):
        return
    ops.sort(key=_time_of)
    ops[:] = [
        op
        for _, together in groupby(ops, key=_time_of)
        for op in _by_all_fields(list(together))
    ]


def _by_all_fields(ops: list[Op]) -> list[Op]:
    return sorted(ops, key=repr) if len(ops) > 1 else ops


def _take_scenario(history: History, op: Op) -> None:
    if op.f == "begin":
        history.begun = True
    elif op.f == "end":
        history.end = op
    else:
        history.notes.append(op)


def _take_filled(history: History, op: Op) -> None:
    """Our own producer's record counts as handed when it was put into the topic."""
    take_filled(history, op)
    if op.id is not None and history.handed.setdefault(op.id, op.t_ms) >= op.t_ms:
        if len(history.handed) > len(history.keys):
            history.keys.append(op.key)
        history.handed[op.id] = op.t_ms


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
        history.ids[key] = list(map(history.names.setdefault, op.ids, op.ids))
    elif key not in history.ids:
        history.ids[key] = []
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
    ids = list(map(history.names.setdefault, ids, ids))
    found = dict(zip(ids, map(base.__or__, offsets), strict=False))
    if len(found) == len(ids) and first.keys().isdisjoint(found):
        first.update(found)
        return
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
    ("ledger", "send"): _take_filled,
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
