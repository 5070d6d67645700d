"""The time of each fault of a run, and what the lab asks of the alerts in it."""

from __future__ import annotations

from dataclasses import dataclass

from judge.alerts_asked import CALLS_NOBODY
from judge.history import Op
from judge.index import BROKER_DEATHS, History
from judge.metrics import metric

START = "start_broker"
ALONE = (*BROKER_DEATHS, "restart_broker", "pause_broker", START)
"""Faults that hurt the brokers they name and no other; any other may hurt all."""


@dataclass(frozen=True, slots=True)
class FaultWindow:
    """One fault: begun, proved, and over once it was healed and every replica is in sync again.

    asked: a word of `judge.alerts_asked`, "" where the lab asks nothing.
    proved: whether it struck. proved_ms: when that was seen; `begin_ms` where it was not.
    due_ms: when an alert must have begun to fire.
    brokers: whom it hurt; empty where that can be anybody.
    """

    name: str
    asked: str
    begin_ms: float
    proved: bool
    proved_ms: float
    due_ms: float
    over_ms: float
    brokers: frozenset[int]

    def holds(self, t_ms: float) -> bool:
        """Whether the moment lies in its time."""
        return self.begin_ms <= t_ms <= self.over_ms

    @property
    def calls_nobody(self) -> bool:
        """Whether nobody may be woken for it."""
        return self.asked in CALLS_NOBODY

    def __str__(self) -> str:
        return f"the fault {self.name.replace('_', ' ')}"


def fault_windows(history: History) -> list[FaultWindow]:
    """Every fault of the run, in the order in which they were begun."""
    return [_window(history, op) for op in history.faults if op.type == "invoke"]


def last_seen_ms(history: History) -> float:
    """Until when the run shows what its cluster went through: the last fault, order or decision."""
    told = [*history.faults, *history.rare_ops("metadata", "partition_change")]
    told += history.rare_ops("metadata", "fencing")
    return max((*(op.t_ms for op in told), *history.handed.values()), default=0.0)


def _window(history: History, begun: Op) -> FaultWindow:
    detail = begun.detail or {}
    known_as = str(detail.get("as", begun.f))
    proofs = [
        op
        for op in history.faults
        if op.type == "ok" and op.f == begun.f and op.t_ms >= begun.t_ms
    ]
    proof = min(proofs, key=lambda op: op.t_ms, default=None)
    proved_ms = begun.t_ms if proof is None else proof.t_ms
    done_ms = _done_ms(history, begun, known_as, proved_ms)
    within_ms = float(detail.get("alert_within_s", 0)) * 1000
    return FaultWindow(
        name=known_as,
        asked=str(detail.get("alert", "")),
        begin_ms=begun.t_ms,
        proved=proof is not None,
        proved_ms=proved_ms,
        due_ms=proved_ms + within_ms,
        over_ms=_whole_ms(history, done_ms),
        brokers=frozenset() if proof is None else _hurt(proof),
    )


def _hurt(proof: Op) -> frozenset[int]:
    if proof.f not in ALONE:
        return frozenset()
    detail = proof.detail or {}
    named = {int(broker) for key in ("brokers", "started") for broker in detail.get(key, ())}
    return frozenset(named if proof.broker is None else named | {proof.broker})


def _done_ms(history: History, begun: Op, known_as: str, proved_ms: float) -> float:
    """When nothing more was done to the cluster: healed, or the dead started, or over at once."""
    healed = [
        op.t_ms
        for op in history.faults
        if op.f == "healed" and (op.detail or {}).get("fault") == known_as
    ]
    started = [
        op.t_ms
        for op in history.faults
        if op.f == START and op.type == "ok" and op.t_ms >= begun.t_ms
    ]
    if healed:
        return min(healed)
    if begun.f in BROKER_DEATHS:
        return min(started, default=history.end_ms)
    return proved_ms


def _whole_ms(history: History, from_ms: float) -> float:
    """The first moment, not before `from_ms`, at which every replica is in sync."""
    moment = from_ms
    names = ("offline_partitions", "under_replicated_partitions", "fenced_brokers")
    known = [found for name in names if (found := metric(history, name)) is not None]
    while True:
        later = [found.first(0.0, moment) for found in known]
        if None in later:
            return history.end_ms
        latest = max((t for t in later if t is not None), default=moment)
        if latest == moment:
            return moment
        moment = latest
