"""Transactions that a life of the program left open, and that its next life did not take over."""

from __future__ import annotations

from dataclasses import dataclass

from judge.committed_reads import committed_reads
from judge.index import BatchKey, History
from judge.transactions import OPEN, outcomes, session_of_batch


@dataclass(frozen=True, slots=True)
class LeftOpen:
    """What holds up the readers of a partition.

    batch: the first of the open transaction. opened_as, next_as: the transactional ids of the
    life that left it open and of the one that began after the program had broken off.
    """

    batch: BatchKey
    opened_as: str
    next_as: str
    broke_ms: float


def left_open(history: History) -> dict[int, LeftOpen]:
    """Partition of the output -> what holds up its readers, where that is the program's doing.

    A program that begins again with the transactional id it had makes the coordinator abort what
    it left open. One that takes another id leaves it to the transaction's timeout, and nobody
    reads past it until then. Both the break and the other id must have been seen.
    """
    if "left_open" not in history.memo:
        history.memo["left_open"] = _find(history)
    found: dict[int, LeftOpen] = history.memo["left_open"]
    return found


def _find(history: History) -> dict[int, LeftOpen]:
    ends = committed_reads(history).ends
    begun = _beginnings(history)
    names = {pid: name for _, name, pid in begun}
    found: dict[int, LeftOpen] = {}
    for key, said in outcomes(history).items():
        if said != OPEN or ends.get(key[0]) != key[1]:
            continue
        mine = names.get(session_of_batch(history, key)[0])
        if mine is None:
            continue
        last_ms = max(t for t, name, _ in begun if name == mine)
        for broke_ms in _breaks(history):
            others = [name for t, name, _ in begun if t > broke_ms and name != mine]
            if broke_ms > last_ms and others:
                found[key[0]] = LeftOpen(key, mine, others[0], broke_ms)
                break
    return found


def _beginnings(history: History) -> list[tuple[float, str, int]]:
    """When which transactional id was given which producer id, in order of time."""
    return [
        (op.t_ms, op.id, pid)
        for op in history.rare_ops("tap", "init_producer")
        if op.type == "ok" and op.id and isinstance(pid := (op.detail or {}).get("pid"), int)
    ]


def _breaks(history: History) -> list[float]:
    """When a life of the program ended."""
    exits = [op.t_ms for op in history.programs if op.f == "exit"]
    kills = [op.t_ms for op in history.faults if op.type == "ok" and op.f == "kill_program"]
    return sorted([*exits, *kills])
