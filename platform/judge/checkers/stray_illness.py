"""What befell a cluster beside its faults: a broker was missed that nobody had hurt."""

from __future__ import annotations

from collections.abc import Iterator

from judge.alert_windows import FaultWindow, fault_windows
from judge.checkers.evidence import seconds
from judge.index import History, isr_of
from judge.metrics import decided

Missed = tuple[float, int, str]
"""When, which broker, and what was done to it."""


def stray_illness(history: History) -> str | None:
    """The first time that a broker was shut out, or left an ISR, without a fault of its own.

    A machine too busy for heartbeats does that. What a rule says of such a moment is true, and
    what it says of the fault beside it may be true for that reason only. None where nothing did.
    """
    windows = fault_windows(history)
    for t_ms, broker, what in sorted([*_fenced(history), *_left(history)]):
        if not any(_touches(window, broker, t_ms) for window in windows):
            return f"broker {broker} {what} at {seconds(t_ms)}, and nobody had hurt it"
    return None


def _touches(window: FaultWindow, broker: int, t_ms: float) -> bool:
    return window.holds(t_ms) and (not window.brokers or broker in window.brokers)


def _fenced(history: History) -> Iterator[Missed]:
    for op in decided(history, "fencing"):
        if op.broker is not None and (op.detail or {}).get("fenced"):
            yield op.t_ms, op.broker, "was shut out"


def _left(history: History) -> Iterator[Missed]:
    last: dict[int | None, tuple[int, ...]] = {}
    for op in decided(history, "partition_change"):
        if op.topic != history.terms.topic:
            continue
        isr = isr_of(op)
        for broker in last.get(op.partition, ()):
            if broker not in isr:
                yield op.t_ms, broker, f"left the ISR of partition {op.partition}"
        last[op.partition] = isr
