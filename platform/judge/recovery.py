"""The moments of a fault, worked out of a history: fired, healed, recovered, and the downtime."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from operator import sub

from judge.history import Op
from judge.index import History


def first_fault_ms(history: History) -> float | None:
    """When the first fault was begun; None in a run without one."""
    return min((op.t_ms for op in history.faults if op.type == "invoke"), default=None)


def cut_short(history: History) -> bool:
    """Whether the scenario gave up waiting for the program, because it ended or fell silent."""
    return any(op.f == "cut_short" for op in history.notes)


def waited_in_vain(history: History) -> Op | None:
    """The note that the scenario waited for something of the program's that never came."""
    notes = (op for op in history.notes if op.f == "cut_short" and op.error == "program-silent")
    return next(notes, None)


def recovered_ms(history: History) -> float | None:
    """When every fault was healed, live brokers led the learner's topic and served our own again.

    None when that was not seen, or when there was no fault to recover from.
    """
    if first_fault_ms(history) is None:
        return None
    healed_ms = max((op.t_ms for op in history.faults if op.f == "healed"), default=None)
    struck_ms = max(history.died.values(), default=healed_ms)
    if struck_ms is None:
        return None
    moment = max(struck_ms, healed_ms or 0.0)
    for (topic, _), ops in history.metadata.items():
        if topic != history.terms.topic:
            continue
        led_ms = None
        for op in ops:
            ok = op.broker is not None and op.broker not in history.gone_brokers
            # The last time that it became led counts: a leader may come, go and come again.
            led_ms = (op.t_ms if led_ms is None else led_ms) if ok else None
        if led_ms is None:
            return None
        moment = max(moment, led_ms)
    return _served_ms(history, moment)


def _served_ms(history: History, led_ms: float) -> float | None:
    """When our own careful producers were acknowledged again after `led_ms`.

    A leader may be known seconds before it serves on a busy machine. What our own client could
    not have done by then must not be asked of the learner's. A history that says nothing of
    when they were acknowledged gives `led_ms`.
    """
    moment = led_ms
    for topic, role in history.terms.canaries.items():
        acked_ms = history.canary_acked_ms.get(topic)
        if role == "good" and acked_ms:
            again = [t for t in acked_ms if t >= led_ms]
            if not again:
                return None
            moment = max(moment, min(again))
    return moment


def downtime_ms(history: History) -> float:
    """The longest time without an accepted order, from the first fault to the last order handed.

    0 in a run without a fault.
    """
    begin_ms, last_ms = first_fault_ms(history), max(history.handed.values(), default=0.0)
    if begin_ms is None:
        return 0.0
    accepted = sorted(history.accepted.values())
    first, last = bisect_left(accepted, begin_ms), bisect_right(accepted, last_ms)
    before = accepted[first - 1] if first else begin_ms
    edges = [before, *accepted[first:last], max(last_ms, begin_ms)]
    longest_ms: float = max(map(sub, edges[1:], edges))
    return round(longest_ms, 3)
