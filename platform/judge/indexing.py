"""One pass over a history's operations into the tables of `judge.index.History`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from itertools import chain, groupby, islice, pairwise
from operator import attrgetter

from judge.columns import earliest, first_places
from judge.errors import JudgeError
from judge.history import Op
from judge.index import History, partition_of, spot
from judge.rare import (
    RARE,
    keep,
    take_filled,
    take_special_read,
    take_writer,
)
from judge.terms import READ_UNCOMMITTED, Terms, terms_from_detail

_time_of = attrgetter("t_ms")
_key_of = attrgetter("key")


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


AT_ONCE = 512
"""So many operations are sorted by kind and taken kind by kind: as many as stay in the cache."""


def _fill(history: History, ops: Iterable[Op]) -> None:
    """Take every operation, a chunk at a time and in it kind by kind.

    Most operations are orders handed and answered. Whole columns of them go into the tables
    with one call each, which takes a third of what one call an operation takes.
    """
    stream = iter(ops)
    while chunk := list(islice(stream, AT_ONCE)):
        history.end_ms = max(history.end_ms, max(map(_time_of, chunk)))
        kinds: dict[tuple[str, str, str], list[Op]] = defaultdict(list)
        for op in chunk:
            kinds[op.source, op.f, op.type].append(op)
        # First what was handed out: the ids get their places in that order.
        if handed := kinds.pop(_HANDED, None):
            _take_all_handed(history, handed)
        for (source, f, kind), together in kinds.items():
            column = _COLUMNS.get((source, f, kind))
            if column is not None:
                column(history, together)
                continue
            take = _TAKE.get((source, f)) or _TAKE_ANY.get(source)
            if take is not None:
                for op in together:
                    take(history, op)


_HANDED = ("ledger", "send", "invoke")


def _take_all_handed(history: History, ops: list[Op]) -> None:
    same, names = history.key_names.setdefault, history.names
    history.columns.handed.append((names.all([op.id or "" for op in ops]), _moments(ops)))
    history.keys += [key if key is None else same(key, key) for key in map(_key_of, ops)]


def _take_all_accepted(history: History, ops: list[Op]) -> None:
    ids = history.names.all([op.id or "" for op in ops])
    history.columns.accepted.append((ids, _moments(ops)))


def _take_all_refused(history: History, ops: list[Op]) -> None:
    ids = history.names.all([op.id or "" for op in ops])
    history.columns.refused.append((ids, _moments(ops)))


def _moments(ops: list[Op]) -> list[float]:
    return list(map(_time_of, ops))


def _settle(history: History) -> None:
    """Close the columns, and sort what is read in order of time.

    By all fields where the time is the same, so that no tie is left to chance.
    """
    _close(history)
    lists = [history.appends, history.log_ends, history.faults, history.notes]
    lists += [history.programs, history.commits]
    for ops in (*lists, *history.metadata.values(), *history.rare.values()):
        _sort(ops)
    history.names.clear()
    history.key_names.clear()
    _sort(history.unhanded)
    for op in history.unhanded:
        if op.id is not None and op.id not in history.handed:
            history.handed[op.id] = op.t_ms
            history.keys.append(op.key)
    for copies in history.copies.values():
        if len(copies) > 1:
            copies.sort()
    for moments in history.processed.values():
        moments.sort()
    exits = [op for op in history.programs if op.f == "exit"]
    history.exit = exits[-1] if exits else None


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


def _close(history: History) -> None:
    columns = history.columns
    history.handed, again = earliest(columns.handed)
    if again:
        # Somebody noted an order twice: the keys must stand as the orders do.
        ids = chain.from_iterable(ids for ids, _ in columns.handed)
        keys = dict(zip(reversed(list(ids)), reversed(history.keys), strict=True))
        history.keys = [keys[order_id] for order_id in history.handed]
    history.accepted, _ = earliest(columns.accepted)
    history.refused, _ = earliest(columns.refused)
    history.first_read, history.read_again = first_places(columns.read)
    columns.clear()


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
    """Our own producer's record counts as handed when it was put into the topic, at the latest."""
    take_filled(history, op)
    if op.id is not None and op.id not in history.handed:
        history.unhanded.append(op)


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


def _take_all_stored(history: History, ops: list[Op]) -> None:
    topic, listed, copies = history.terms.topic, history.ids, history.copies
    same, pair_of = history.names.all, history.pairs.setdefault
    for op in ops:
        if op.topic != topic or op.offset is None:
            continue
        key = (op.partition or 0, op.offset, op.crc or 0)
        known = listed.get(key)
        if known is None or op.ids is not None:
            listed[key] = same(op.ids or []) or known or []
            if op.count is not None:
                history.counts[key] = op.count
            if op.detail:
                take_writer(history, key, op)
        if op.broker is not None:
            # A handful of pairs stand for all copies.
            copy = (op.broker, -1 if op.epoch is None else op.epoch)
            copies[key].append(pair_of(copy, copy))


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
    base = spot(partition_of(op), 0)
    ids = history.names.all(ids)
    history.columns.read.append((ids, list(map(base.__or__, offsets))))


def _isolation(op: Op) -> str:
    return str((op.detail or {}).get("isolation", READ_UNCOMMITTED))


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

_COLUMNS: dict[tuple[str, str, str], Callable[[History, list[Op]], None]] = {
    ("program", "send", "ok"): _take_all_accepted,
    ("program", "send", "fail"): _take_all_refused,
    ("log", "stored", "info"): _take_all_stored,
}

_TAKE: dict[tuple[str, str], _Take] = {
    ("ledger", "send"): _take_filled,
    ("program", "exit"): _take_program,
    ("program", "started"): _take_program,
    ("program", "processed"): _take_processed,
    ("tap", "commit"): _take_commit,
    ("group", "committed"): _take_commit,
    ("tap", "append"): _take_append,
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
