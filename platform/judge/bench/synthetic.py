"""Writes histories of any size as a run would: orders, batches, failover, three logs, reading."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

from judge.history import Op
from judge.terms import Terms, closing, opening

TOPIC = "orders"
LEADER, SUCCESSOR = 2, 3
ORDERS_A_BATCH = 12
"""As measured at 1,000 orders a second with librdkafka's own 5 ms of linger and more."""

READ_AT_ONCE = 2000
"""What our reader asks for at once."""

CUSTOMERS = 400
PER_ORDER = 2 + 4 / ORDERS_A_BATCH + 1 / READ_AT_ONCE
"""Operations that one order brings: handed, answered, its share of one append and three copies."""

_STEP_MS = 1.0
_ISR = (1, 2, 3)


def synthetic_ops(operations: int) -> Iterator[Op]:
    """About so many operations of a run whose every promise is kept, in the order of a run.

    Half of the orders come before the leader dies and half after; each is acknowledged, stored
    three times and read once. Every id is a string of its own in each operation, as it is when
    operations come out of a pipe. One pass, nothing is kept.
    """
    orders = max(int(operations / PER_ORDER), 2 * ORDERS_A_BATCH)
    orders -= orders % (2 * ORDERS_A_BATCH)
    last_ms = orders * _STEP_MS
    yield opening(_terms())
    for topic in (TOPIC, "canary-bad", "canary-good"):
        yield _led(topic, LEADER, _ISR, 0.0)
    yield from _sent(0, orders // 2, LEADER)
    yield from _failover(last_ms / 2)
    yield from _sent(orders // 2, orders, SUCCESSOR)
    yield Op(last_ms, "program", "info", "exit", error="exited",
             detail={"reason": "exited", "code": 0})  # fmt: skip
    yield from _canaries(last_ms)
    yield from _read(orders, last_ms)
    for broker in _ISR:
        yield from _stored(orders, broker, last_ms)
    yield closing(last_ms, {"ready_s": 3.0})


def _terms() -> Terms:
    return Terms(
        lab="synthetic",
        stage="fix",
        seed=1,
        topic=TOPIC,
        promises=("lost_writes", "duplicates", "reordering", "availability"),
        canaries={"canary-bad": "bad", "canary-good": "good"},
        faults=("hold_replication", "kill_broker"),
        entry_bytes=1000,
        settings={"topic": {"min.insync.replicas": "2"}},
        versions={"kafka": "synthetic"},
    )


def _id(number: int) -> str:
    return f"o{number:06d}-{zlib.crc32(number.to_bytes(4, 'big')):08x}beef"


def _batch(base: int) -> list[str]:
    return [_id(number) for number in range(base, base + ORDERS_A_BATCH)]


def _crc(base: int) -> int:
    return zlib.crc32(base.to_bytes(8, "big"))


def _sent(begin: int, end: int, leader: int) -> Iterator[Op]:
    detail = {"acks": -1, "pid": 7, "epoch": 0, "sequence": 0, "sent_ms": 0.0}
    for base in range(begin, end, ORDERS_A_BATCH):
        for number in range(base, base + ORDERS_A_BATCH):
            key = f"cust-{number * 7919 % CUSTOMERS:06d}"
            yield Op(number * _STEP_MS, "ledger", "invoke", "send", id=_id(number), key=key)
        sent_ms = round((base + ORDERS_A_BATCH) * _STEP_MS, 3)
        yield Op(
            sent_ms + 2.5, "tap", "ok", "append", topic=TOPIC, partition=0, offset=base,
            count=ORDERS_A_BATCH, broker=leader, crc=_crc(base),
            detail={**detail, "sequence": base, "sent_ms": sent_ms},
        )  # fmt: skip
        for number in range(base, base + ORDERS_A_BATCH):
            yield Op(sent_ms + 3.0, "program", "ok", "send", id=_id(number))


def _failover(at_ms: float) -> Iterator[Op]:
    yield Op(at_ms - 400, "fault", "invoke", "hold_replication", broker=LEADER)
    yield Op(at_ms - 395, "fault", "ok", "hold_replication", broker=LEADER, detail={"dropped": 9})
    yield Op(at_ms - 10, "fault", "invoke", "kill_broker", broker=LEADER)
    yield Op(at_ms, "fault", "ok", "kill_broker", broker=LEADER, detail={"signal": "SIGKILL"})
    yield Op(at_ms + 1, "fault", "info", "healed", detail={"fault": "hold_replication"})
    yield _led(TOPIC, SUCCESSOR, (1, 3), at_ms + 2)


def _led(topic: str, broker: int, isr: tuple[int, ...], at_ms: float) -> Op:
    return Op(at_ms, "metadata", "info", "leader", topic=topic, partition=0, broker=broker,
              detail={"isr": list(isr)})  # fmt: skip


def _canaries(at_ms: float) -> Iterator[Op]:
    for topic, read in (("canary-bad", 400), ("canary-good", 500)):
        ids = [f"{topic}-{number}" for number in range(500)]
        moments = {"acked_ms": [at_ms / 2 + 3 + n for n in range(500)]}
        yield Op(at_ms, "canary", "ok", "send", topic=topic, ids=ids, detail=moments)
        yield Op(at_ms, "canary", "ok", "read", topic=topic, ids=ids[:read])


def _read(orders: int, at_ms: float) -> Iterator[Op]:
    for base in range(0, orders, READ_AT_ONCE):
        offsets = list(range(base, min(base + READ_AT_ONCE, orders)))
        yield Op(at_ms, "reader", "ok", "read", topic=TOPIC, partition=0,
                 ids=[_id(number) for number in offsets], detail={"offsets": offsets})  # fmt: skip
    yield Op(at_ms, "reader", "info", "read_end", topic=TOPIC, partition=0, offset=orders)


def _stored(orders: int, broker: int, at_ms: float) -> Iterator[Op]:
    for base in range(0, orders, ORDERS_A_BATCH):
        yield Op(
            at_ms, "log", "info", "stored", topic=TOPIC, partition=0, broker=broker, offset=base,
            count=ORDERS_A_BATCH, epoch=4 if base < orders // 2 else 5, crc=_crc(base),
            ids=_batch(base) if broker == _ISR[0] else None,
            detail={"pid": 7, "pepoch": 0, "seq": base, "txn": False},
        )  # fmt: skip
    yield Op(at_ms, "log", "info", "log_end", topic=TOPIC, partition=0, broker=broker,
             offset=orders, detail={"alive": broker != LEADER})  # fmt: skip
