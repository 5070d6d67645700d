"""Words for runs that copy, load or reconfigure; see `histories.words` for the others."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from histories import words
from judge.history import Op

INPUT = "orders-in"
GROUP = "copier"

Ops = list[Op]


def put(*ids: str, offset: int = 0, partition: int = 0, at: float = 100, told: bool = True) -> Ops:
    """Our producer puts these into the input topic; `told`: it hears that they are there."""
    ops = [Op(at, "ledger", "invoke", "send", id=i, key="cust-1") for i in ids]
    if told:
        ops += [
            Op(at + 1, "ledger", "ok", "send", id=i, topic=INPUT, partition=partition,
               offset=offset + n)
            for n, i in enumerate(ids)
        ]  # fmt: skip
    return ops


def taken_back(*ids: str, at: float = 110) -> Ops:
    """Our producer aborts the transaction it had put these in."""
    return [Op(at, "ledger", "fail", "send", id=i) for i in ids]


def written(
    *ids: str, offset: int, pid: int | None = None, epoch: int = 0, txn: bool = True, **more: Any
) -> Ops:
    """A batch of the output on all logs, by a producer with an id when `pid` is one."""
    ops = words.stored(*ids, offset=offset, **more)
    if pid is None:
        return ops
    detail = {"pid": pid, "pepoch": epoch, "seq": 0, "txn": txn}
    return [replace(op, detail=detail) for op in ops]


def marked(
    outcome: str, pid: int, offset: int, partition: int = 0, on: Iterable[int] = (1, 2, 3)
) -> Ops:
    """The marker that ends a producer's transaction in one partition."""
    detail = {"pid": pid, "pepoch": 0, "outcome": outcome}
    return [
        Op(9000, "log", "info", "marker", topic=words.TOPIC, partition=partition, broker=broker,
           offset=offset, epoch=4, detail=detail)
        for broker in on
    ]  # fmt: skip


def read_committed(*ids: str, offset: int = 0, end: int | None = None, **more: Any) -> Ops:
    """What a read_committed reader got of the output, in one run of offsets."""
    ops = words.read(*ids, offset=offset, end=end)
    return [
        replace(op, detail={**(op.detail or {}), **more, "isolation": "read_committed"})
        for op in ops
    ]


def committed(
    offset: int, at: float = 500, partition: int = 0, txn: str | None = None,
    topic: str = INPUT, kind: str = "ok",
) -> Ops:  # fmt: skip
    """The tap sees the program commit this offset; `txn`: inside that transaction."""
    detail = {"txn": txn} if txn else None
    return [
        Op(at, "tap", kind, "commit", id=GROUP, topic=topic, partition=partition, offset=offset,
           detail=detail)
    ]  # fmt: skip


def in_force(offset: int, at: float = 600, partition: int = 0, topic: str = INPUT) -> Ops:
    """The coordinator says that this offset is committed."""
    return [
        Op(at, "group", "info", "committed", id=GROUP, topic=topic, partition=partition,
           offset=offset)
    ]  # fmt: skip


def end_asked(pid: int, at: float = 700, commit: bool = True, kind: str = "ok") -> Ops:
    """The program asks for the end of its transaction; kind `info`: it hears nothing."""
    detail = {"committed": commit, "pid": pid, "epoch": 0}
    return [Op(at, "tap", kind, "end_txn", id="copier-1", detail=detail)]


def begun(name: str, pid: int, at: float, kind: str = "ok") -> Ops:
    """A producer with this transactional id is given a producer id."""
    return [Op(at, "tap", kind, "init_producer", id=name, detail={"pid": pid, "epoch": 0})]


def stopped(at: float, program: str = "program") -> Ops:
    """The program is killed, provably."""
    detail = {"program": program, "signal": "SIGKILL"}
    return [Op(at, "fault", "ok", "kill_program", detail=detail)]


def processed(*ids: str, at: float = 200, step: float = 0, program: str = "program") -> Ops:
    """The program's side effect for these, one after the other."""
    return [
        Op(at + n * step, "program", "ok", "processed", id=i, detail={"program": program})
        for n, i in enumerate(ids)
    ]


def configured(
    at: float = 9000, when: str = "end", topic: str | None = words.TOPIC,
    broker: int | None = None, **settings: str,
) -> Ops:  # fmt: skip
    """The settings that the cluster tells; underscores stand for dots."""
    told = {name.replace("_", "."): value for name, value in settings.items()}
    return [
        Op(at, "metadata", "info", "config", topic=topic, broker=broker,
           detail={**told, "_when": when})
    ]  # fmt: skip


def changed(
    leader: int | None, isr: Iterable[int], elr: Iterable[int] = (), at: float = 0, epoch: int = 1
) -> Ops:
    """A change of the partition in the metadata log."""
    detail = {"isr": list(isr), "elr": list(elr), "from": "metadata-log"}
    return [
        Op(at, "metadata", "info", "partition_change", topic=words.TOPIC, partition=0,
           broker=leader, epoch=epoch, detail=detail)
    ]  # fmt: skip


def block(arm: str, pair: int, at: float, kind: str = "ok", **told: float) -> Ops:
    """One timed block of our load."""
    error = None if kind == "ok" else "INVALID_CONFIG"
    detail = {"arm": arm, "pair": pair, "order": 0, **told}
    return [Op(at, "load", kind, "block", error=error, detail=detail)]


def pair(number: int, baseline_s: float, candidate_s: float, control: bool = False) -> Ops:
    """Two blocks of 1,000 records each, that took so long."""
    first, second = ("a", "b") if control else ("baseline", "candidate")
    at = 1000.0 * number
    return [
        *block(first, number, at, records=1000, seconds=baseline_s),
        *block(second, number, at + 400, records=1000, seconds=candidate_s),
    ]


def command(line: str, at: float = 2000, code: int = 0) -> Ops:
    """One command of a runbook."""
    detail = {"line": line, "code": code, "seconds": 1.0}
    return [Op(at, "cli", "ok" if code == 0 else "fail", "command", detail=detail)]
