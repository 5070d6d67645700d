"""A small language to write histories by hand: each word returns operations.

A batch's CRC is made of its ids, so what the tap saw and what a log holds join by themselves:

    history(
        handed("o1", "o2", at=100),
        acknowledged("o1", "o2", acks=1, by=2, offset=0, at=120),
        accepted("o1", "o2", at=121),
        stored("o1", "o2", on=(2,), offset=0),
        killed(2, at=900),
        read(end=0),
    )
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from judge.history import Op
from judge.terms import Terms, closing, opening

TOPIC = "orders"
CANARIES = {"canary-bad": "bad", "canary-good": "good"}

Ops = list[Op]


def terms(**changed: Any) -> Terms:
    """The terms of the tests: stage fix, no promises but the program's, one order is enough."""
    usual: dict[str, Any] = {
        "lab": "a-lab",
        "stage": "fix",
        "seed": 7,
        "topic": TOPIC,
        "promises": ("lost_writes", "availability"),
        "canaries": CANARIES,
        "faults": ("kill_broker",),
        "min_orders": 1,
        "entry_bytes": 500,
        "settings": {"topic": {"min.insync.replicas": "2"}},
        "versions": {"kafka": "4.3.1"},
    }
    return Terms(**(usual | changed))


def history(*parts: Iterable[Op], **changed: Any) -> Ops:
    """The parts as one history, begun by the terms and ended."""
    ops = [op for part in parts for op in part]
    last_ms = max((op.t_ms for op in ops), default=0.0)
    end = [] if any(op.f == "end" for op in ops) else [closing(last_ms, {"ready_s": 3.0})]
    return [opening(terms(**changed)), *ops, *end]


def crc_of(ids: Sequence[str]) -> int:
    """What the tests take for the CRC of a batch."""
    return zlib.crc32(",".join(ids).encode())


def handed(*ids: str, at: float = 100, key: str | None = "cust-1") -> Ops:
    """The orders are handed to the program, at one moment."""
    return [Op(at, "ledger", "invoke", "send", id=i, key=key) for i in ids]


def handed_in_turn(*ids: str, at: float = 100, key: str | None = "cust-1") -> Ops:
    """The orders are handed to the program, one a millisecond."""
    return [op for n, i in enumerate(ids) for op in handed(i, at=at + n, key=key)]


def accepted(*ids: str, at: float = 130) -> Ops:
    """The program says accepted."""
    return [Op(at, "program", "ok", "send", id=i) for i in ids]


def refused(*ids: str, at: float = 130) -> Ops:
    """The program says refused."""
    return [Op(at, "program", "fail", "send", id=i) for i in ids]


def _append(kind: str, ids: Sequence[str], at: float, by: int, **more: Any) -> Ops:
    detail = {"acks": more.pop("acks"), "sent_ms": more.pop("sent", None) or at - 2}
    crc = more.pop("crc", None)
    return [
        Op(
            at, "tap", kind, "append", topic=TOPIC, partition=0, broker=by, count=len(ids),
            crc=crc_of(ids) if crc is None else crc, detail=detail, **more,
        )
    ]  # fmt: skip


def acknowledged(
    *ids: str, acks: int = -1, by: int = 2, offset: int = 0, at: float = 120, **more: Any
) -> Ops:
    """The broker's yes to this batch reached the program."""
    return _append("ok", ids, at, by, acks=acks, offset=offset, **more)


def turned_away(
    *ids: str,
    error: str = "NOT_ENOUGH_REPLICAS",
    acks: int = -1,
    by: int = 2,
    at: float = 120,
    **more: Any,
) -> Ops:
    """The broker's error for this batch reached the program."""
    return _append("fail", ids, at, by, acks=acks, error=error, **more)


def unanswered(*ids: str, acks: int = -1, by: int = 2, at: float = 120, **more: Any) -> Ops:
    """The batch was sent and no answer reached the program; with acks=0 none was asked for."""
    return _append("info", ids, at, by, acks=acks, **more)


def stored(
    *ids: str,
    on: Iterable[int] = (1, 2, 3),
    offset: int = 0,
    epoch: int = 4,
    at: float = 9000,
    crc: int | None = None,
) -> Ops:
    """These brokers' logs hold the batch; the first copy lists the ids."""
    return [
        Op(
            at, "log", "info", "stored", topic=TOPIC, partition=0, broker=broker, offset=offset,
            count=len(ids), epoch=epoch, crc=crc_of(ids) if crc is None else crc,
            ids=list(ids) if first else None,
        )
        for first, broker in ((number == 0, broker) for number, broker in enumerate(on))
    ]  # fmt: skip


def on_partition(number: int, *parts: Iterable[Op]) -> Ops:
    """The same operations, on another partition of the topic."""
    return [
        op if op.partition is None else replace(op, partition=number)
        for part in parts
        for op in part
    ]


def without_ids(op: Op) -> Op:
    """The same copy of a batch, whose ids another copy lists."""
    return replace(op, ids=None)


def log_ends(at: float = 9000, dead: Iterable[int] = (), **ends: int) -> Ops:
    """Where the logs end: `log_ends(b1=3, b2=5, dead=[2])`."""
    return [
        Op(
            at, "log", "info", "log_end", topic=TOPIC, partition=0, broker=int(name[1:]),
            offset=end, detail={"alive": int(name[1:]) not in tuple(dead)},
        )
        for name, end in ends.items()
    ]  # fmt: skip


def read(*ids: str, offset: int = 0, end: int | None = None, at: float = 8900) -> Ops:
    """The final reader read these, one after the other, and came to the end."""
    offsets = list(range(offset, offset + len(ids)))
    ops = []
    if ids:
        ops.append(
            Op(at, "reader", "ok", "read", topic=TOPIC, partition=0, ids=list(ids),
               detail={"offsets": offsets})
        )  # fmt: skip
    last = offset + len(ids) if end is None else end
    return [*ops, Op(at, "reader", "info", "read_end", topic=TOPIC, partition=0, offset=last)]


def led_by(
    broker: int | None, isr: Sequence[int] = (1, 2, 3), at: float = 0, topic: str = TOPIC
) -> Ops:
    """Metadata shows this leader and this ISR."""
    return [
        Op(at, "metadata", "info", "leader", topic=topic, partition=0, broker=broker,
           detail={"isr": list(isr)})
    ]  # fmt: skip


def healthy(leader: int = 2) -> Ops:
    """The learner's topic and the canaries', all led and in full sync from the beginning."""
    return [op for topic in (TOPIC, *CANARIES) for op in led_by(leader, at=0, topic=topic)]


def held(at: float = 400, until: float | None = 1000) -> Ops:
    """Replication is held, provably, and released again."""
    detail = {"frames_dropped": 12}
    ops = [
        Op(at, "fault", "invoke", "hold_replication", broker=2),
        Op(at + 5, "fault", "ok", "hold_replication", broker=2, detail=detail),
    ]
    if until is not None:
        healed = {"fault": "hold_replication", "frames_dropped": 40}
        ops.append(Op(until, "fault", "info", "healed", detail=healed))
    return ops


def killed(broker: int = 2, at: float = 900, **proof: Any) -> Ops:
    """The broker is killed, provably."""
    detail = {"signal": "SIGKILL", "leader": broker, **proof}
    return [
        Op(at - 10, "fault", "invoke", "kill_broker", broker=broker),
        Op(at, "fault", "ok", "kill_broker", broker=broker, detail=detail),
    ]


def canaries(bad: int = 5, bad_read: int = 2, good: int = 5, good_read: int | None = None) -> Ops:
    """What our own producers were told, and how many of those were read back."""
    good_read = good if good_read is None else good_read
    rows = (("canary-bad", bad, bad_read), ("canary-good", good, good_read))
    ops: Ops = []
    for topic, sent, found in rows:
        names = [f"c{number}" for number in range(max(sent, found))]
        ops.append(Op(8800, "canary", "ok", "send", topic=topic, ids=names[:sent]))
        ops.append(Op(8900, "canary", "ok", "read", topic=topic, ids=names[:found]))
    return ops


def canary_acknowledged(*moments: float, topic: str = "canary-good") -> Ops:
    """When our own producer was acknowledged; those records are read back as well."""
    names = [f"t{number}" for number in range(len(moments))]
    detail = {"acked_ms": list(moments)}
    return [
        Op(8800, "canary", "ok", "send", topic=topic, ids=names, detail=detail),
        Op(8900, "canary", "ok", "read", topic=topic, ids=names),
    ]


def ended(reason: str = "exited", code: int | None = 0, at: float = 8000, **more: Any) -> Ops:
    """The program is over."""
    detail = {"reason": reason, "code": code, **more}
    return [Op(at, "program", "info", "exit", error=reason, detail=detail)]


def cut_short(reason: str = "program-over", at: float = 8000) -> Ops:
    """The scenario did not go on because of the program."""
    return [Op(at, "scenario", "info", "cut_short", error=reason, detail={"message": reason})]


def pressure(latest_wake_ms: float = 3.0, **more: float) -> Ops:
    """How late a thread of ours was woken, and what else was seen of the machine."""
    detail = {"latest_wake_ms": latest_wake_ms, **more}
    return [Op(8950, "machine", "info", "pressure", detail=detail)]


def sound_run() -> Ops:
    """All that is not about the learner's orders in a run whose gates all hold.

    Broker 2 leads, replication is held at 400 ms, broker 2 dies at 900 ms, the hold is released
    at 1,000 ms and broker 3 leads from 3,000 ms on.
    """
    return [
        *healthy(),
        *held(),
        *killed(2, at=900),
        *led_by(None, (), at=2000),
        *led_by(3, (1, 3), at=3000),
        *canaries(),
        *pressure(),
        *ended(),
    ]


def served(count: int = 40, at: float = 3500, step: float = 25, first: int = 1000) -> Ops:
    """Orders handed after the recovery, acknowledged by broker 3, stored, and accepted."""
    ops: Ops = []
    for number in range(count):
        i, t, offset = f"s{number:04d}", at + number * step, first + number
        ops += handed(i, at=t)
        ops += acknowledged(i, by=3, offset=offset, at=t + 10)
        ops += accepted(i, at=t + 11)
        ops += stored(i, on=(1, 3), offset=offset, epoch=5)
    return ops


def served_ids(count: int = 40) -> list[str]:
    """The ids of `served`."""
    return [f"s{number:04d}" for number in range(count)]
