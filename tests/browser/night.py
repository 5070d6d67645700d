"""A whole run by script: the events a page sees and the history behind them, for three verdicts.

Nothing here talks to a broker. The shape is that of the first lab's scenario: orders flow, the
leader's followers are cut off, the leader dies, somebody else leads, orders flow on.
"""

from __future__ import annotations

from collections.abc import Iterator

from histories import words as say
from judge.events import Event
from judge.history import Op

HELD_MS, KILLED_MS, HEALED_MS, LED_MS, END_MS = 2000.0, 3020.0, 3060.0, 6310.0, 11_300.0
BATCH_MS, BATCH = 20, 9
HELD_BY_LEADER = 2
EVENTS_PER_S = 4


def batches(loses: bool) -> Iterator[tuple[float, tuple[str, ...], int, str]]:
    """When each batch is sent, its orders, its offset, and what becomes of it."""
    offset, number = 0, 0
    t_ms = 100.0
    while t_ms < 9600:
        ids = tuple(f"o-{number + place:05d}" for place in range(BATCH))
        number += BATCH
        fate = _fate(t_ms, loses)
        yield t_ms, ids, offset, fate
        if fate != "refused":
            offset += BATCH
        if fate == "lost" and t_ms + BATCH_MS >= KILLED_MS - 40:
            offset = int((HELD_MS - 100) // BATCH_MS + 1) * BATCH
        t_ms = LED_MS + 1800 if KILLED_MS < t_ms + BATCH_MS < LED_MS else t_ms + BATCH_MS


def _fate(t_ms: float, loses: bool) -> str:
    if HELD_MS < t_ms < KILLED_MS:
        return "lost" if loses else "refused"
    return "kept"


def history_of(verdict: str, stage: str) -> list[Op]:
    """The operations of the night, in which orders are lost or refused."""
    loses = verdict == "FAIL" or stage == "reproduce"
    ops: list[Op] = []
    kept: list[str] = []
    for t_ms, ids, offset, fate in batches(loses):
        ops += say.handed(*ids, at=t_ms)
        after = t_ms > LED_MS
        by, epoch = (3, 5) if after else (2, 4)
        if fate == "refused":
            ops += say.turned_away(*ids, by=by, at=t_ms + 3) + say.refused(*ids, at=t_ms + 4)
            continue
        acks = 1 if loses else -1
        ops += say.acknowledged(*ids, acks=acks, by=by, offset=offset, at=t_ms + 3)
        ops += say.accepted(*ids, at=t_ms + 4)
        on = (2,) if fate == "lost" else (1, 3) if after else (1, 2, 3)
        ops += say.stored(*ids, on=on, offset=offset, epoch=epoch, at=END_MS)
        kept += [] if fate == "lost" else ids
    hurt = 0 if verdict == "INCONCLUSIVE" else 3
    ops += (
        say.healthy() + say.held(HELD_MS, HEALED_MS) + say.killed(2, at=KILLED_MS, **_proof(loses))
    )
    ops += say.led_by(None, (), at=KILLED_MS + 1500) + say.led_by(3, (1, 3), at=LED_MS)
    ops += say.canaries(bad_read=5 - hurt) + say.pressure() + say.ended(at=10_100)
    ops += say.read(*kept, at=END_MS)
    return say.history(
        sorted(ops, key=lambda op: op.t_ms),
        lab="acked-then-gone",
        stage=stage,
        promises=("lost_writes", "availability", "program"),
        faults=("hold_replication", "kill_broker"),
        settings={
            "topic": {"min.insync.replicas": "1" if loses else "2"},
            "topic, as found": {"min.insync.replicas": "1"},
        },
        versions={"kafka": "4.3.1", "librdkafka": "2.16.1", "python": "3.11.2"},
    )


def _proof(loses: bool) -> dict[str, object]:
    sent = [row for row in batches(loses) if row[0] + 3 <= KILLED_MS and row[3] != "refused"]
    kept = sum(len(ids) for _, ids, _, fate in sent if fate == "kept")
    ends = {"1": kept, "2": sum(len(ids) for _, ids, _, _ in sent), "3": kept}
    return {"log_ends_before": ends, "high_watermark": kept}


def events_of(loses: bool) -> list[Event]:
    """What the page is told, in order of time."""
    events = [*_stages(), *_moments(), *_printed()]
    for tick in range(int(END_MS / 1000 * EVENTS_PER_S)):
        events += _tick(tick * 1000 / EVENTS_PER_S, loses)
    return sorted(events, key=lambda event: event.t_ms)


def _stages() -> list[Event]:
    rows = (
        (0.0, "preparing", "Your files are checked"),
        (0.0, "starting", "Three brokers start"),
        (50.0, "workload", "Your producer takes orders"),
        (HELD_MS - 5, "fault", "Replication stops"),
        (HEALED_MS + 5, "recovery", "The cluster recovers"),
        (10_150.0, "reading", "Every log is read back"),
        (END_MS, "checking", "The history is checked"),
    )
    return [Event("stage", t_ms, {"stage": name, "label": label}) for t_ms, name, label in rows]


def _moments() -> list[Event]:
    rows = (
        (60.0, "program", "Your producer starts", None, {}),
        (80.0, "leader", "orders: broker 2 leads; in sync: 1, 2, 3", 2, {"isr": [1, 2, 3]}),
        (HELD_MS, "fault-held", "Replication stops", 2, {"frames_dropped": 12}),
        (KILLED_MS, "fault-fired", "The machine of broker 2 is gone", 2, {"signal": "SIGKILL"}),
        (HEALED_MS, "fault-healed", "Hold replication: over", None, {"frames_dropped": 40}),
        (KILLED_MS + 1500, "isr", "orders: nobody leads; in sync: nobody", None, {}),
        (LED_MS, "leader", "orders: broker 3 leads; in sync: 1, 3", 3, {"isr": [1, 3]}),
        (10_100.0, "program", "Your producer ended: exited", None, {}),
    )
    return [
        Event("timeline", t, {"what": what, "text": text, "broker": broker, "detail": detail})
        for t, what, text, broker, detail in rows
    ]


def _printed() -> list[Event]:
    lines = (
        (70.0, "stdout", "order service started"),
        (3018.0, "stderr", "%4|FAIL| 10.77.0.12:9092: Disconnected"),
        (4020.0, "stderr", "%4|FAIL| <script>alert(1)</script> Connect failed: refused"),
        (10_090.0, "stdout", "goodbye"),
    )
    return [Event("output", t, {"stream": stream, "text": text}) for t, stream, text in lines]


def _tick(t_ms: float, loses: bool) -> list[Event]:
    dead = t_ms >= KILLED_MS
    cut = HELD_MS <= t_ms < HEALED_MS
    sent = [row for row in batches(loses) if row[0] + 3 <= t_ms]
    said = sum(len(ids) for _, ids, _, fate in sent if fate != "refused")
    kept = sum(len(ids) for t, ids, _, fate in sent if fate == "kept" and t < HELD_MS)
    lost = sum(len(ids) for _, ids, _, fate in sent if fate == "lost")
    later = sum(len(ids) for t, ids, _, fate in sent if fate == "kept" and t > LED_MS)
    leader = 3 if t_ms >= LED_MS else None if dead else 2
    states = {str(b): "dead" if b == 2 and dead else "cut" if cut else "up" for b in (1, 2, 3)}
    partition = {
        "topic": "orders", "partition": 0, "leader": leader,
        "isr": [1, 3] if t_ms >= LED_MS else [] if dead else [1, 2, 3], "replicas": [1, 2, 3],
        "epoch": 5 if t_ms >= LED_MS else 4,
        "log_end": {"1": kept + later, "2": kept + lost, "3": kept + later},
        "high_watermark": kept + later,
    }  # fmt: skip
    refused = sum(len(ids) for _, ids, _, fate in sent if fate == "refused")
    counts = {
        "handed": said + refused, "accepted": said, "refused": refused, "acknowledged": said,
    }  # fmt: skip
    return [
        Event("cluster", t_ms, {"brokers": states, "partitions": [partition]}),
        Event("counts", t_ms, counts),
    ]
