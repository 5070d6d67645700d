"""Where every log ended when the leader died: the picture of what was about to be lost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from judge.history import Op
from judge.index import History, is_kill, isr_of, partition_of


@dataclass(frozen=True, slots=True)
class AtKill:
    """The logs at the moment of the kill.

    log_ends: broker, as text, -> the offset its next record would have got.
    high_watermark: up to where consumers could read. Recorded when the fault's proof has it;
    else worked out as the least log end of the replicas that had to have every record, and
    `high_watermark_recorded` is False.
    only_there: offsets on the killed broker's log that no other had.
    """

    t_ms: float
    broker: int
    isr: tuple[int, ...]
    log_ends: dict[str, int]
    high_watermark: int | None
    high_watermark_recorded: bool
    only_there: int


def at_kill(history: History, partition: int) -> AtKill | None:
    """The logs at the first death of a broker; None when none died or no log end was noted."""
    for op in history.faults:
        if op.type == "ok" and is_kill(op) and op.broker is not None:
            return _logs(history, op, op.broker, partition)
    return None


def _logs(history: History, op: Op, broker: int, partition: int) -> AtKill | None:
    proof = op.detail or {}
    ends = _ends(proof.get("log_ends_before")) or _noted(history, op.t_ms, partition)
    if isinstance(proof.get("log_end_left"), int):
        # What its disk holds once it is dead is exact; the look before it was a moment early.
        ends[str(broker)] = proof["log_end_left"]
    if not ends:
        return None
    ruled = _ruling(history, partition, op)
    others = [end for name, end in ends.items() if name != str(broker)]
    mark, recorded = proof.get("high_watermark"), True
    if not isinstance(mark, int):
        mark, recorded = _worked_out(history, ends, ruled), False
    return AtKill(
        t_ms=op.t_ms,
        broker=broker,
        isr=ruled,
        log_ends=ends,
        high_watermark=mark,
        high_watermark_recorded=recorded,
        only_there=max(0, ends.get(str(broker), 0) - max(others, default=0)),
    )


def _ruling(history: History, partition: int, op: Op) -> tuple[int, ...]:
    """The ISR when the broker last led: at the kill itself metadata may show its end already."""
    seen = history.metadata.get((history.terms.topic, partition), [])
    led = [m for m in seen if m.t_ms <= op.t_ms and m.broker == op.broker]
    return isr_of(led[-1]) if led else ()


def _ends(given: object) -> dict[str, int]:
    if not isinstance(given, Mapping):
        return {}
    return {str(broker): int(end) for broker, end in sorted(given.items())}


def _noted(history: History, t_ms: float, partition: int) -> dict[str, int]:
    rows = [op for op in history.log_ends if op.t_ms <= t_ms and partition_of(op) == partition]
    return {str(op.broker): op.offset for op in rows if op.offset is not None}


def _worked_out(history: History, ends: dict[str, int], isr: tuple[int, ...]) -> int | None:
    """The high watermark stands still while fewer are in sync than the topic's floor asks for."""
    floor = str((history.terms.settings.get("topic") or {}).get("min.insync.replicas", "1"))
    enough = len(isr) >= (int(floor) if floor.isdigit() else 1)
    counted = [ends[str(b)] for b in isr if str(b) in ends] if enough else list(ends.values())
    return min(counted, default=None)
