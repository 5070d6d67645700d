"""Who led, who followed, who was dead, and when which fault held."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from math import inf
from typing import Any

from judge.acknowledgements import acknowledgements
from judge.fault_options import is_blow
from judge.history import Op
from judge.index import History, isr_of, partition_of

MAX_BANDS = 60
"""More changes than this are no picture; the last ones are merged."""
PROOF_CHARS = 400


@dataclass(frozen=True, slots=True)
class LeaderBand:
    """A reign: from a change of leader or ISR to the next. `epoch` is None when no log shows it."""

    from_ms: float
    to_ms: float
    leader: int | None
    isr: tuple[int, ...]
    epoch: int | None


@dataclass(frozen=True, slots=True)
class Band:
    """A stretch of one broker.

    `role` is leader, follower, behind (out of the ISR), waiting (nobody leads), dead or paused.
    """

    from_ms: float
    to_ms: float
    role: str
    epoch: int | None = None


@dataclass(frozen=True, slots=True)
class BrokerRow:
    """One broker: its bands, whether it lived to the end, and where its log ended then."""

    broker: int
    alive: bool
    log_end: int | None
    bands: tuple[Band, ...]


@dataclass(frozen=True, slots=True)
class FaultBand:
    """One fault. held: it lasts until healed_ms; otherwise it struck once, at proved_ms."""

    fault: str
    broker: int | None
    begun_ms: float
    proved_ms: float | None
    healed_ms: float | None
    held: bool
    proof: dict[str, Any] = field(default_factory=dict)


def reigns(history: History, partition: int) -> tuple[LeaderBand, ...]:
    """The reigns over one partition of the learner's topic, in order, without gaps."""
    seen = history.metadata.get((history.terms.topic, partition), [])
    changes: list[Op] = []
    for op in seen:
        if not changes or (op.broker, isr_of(op)) != (changes[-1].broker, isr_of(changes[-1])):
            changes.append(op)
    changes = changes[:MAX_BANDS]
    epochs = _epochs(history, partition)
    if not changes:
        return ()
    ends = [op.t_ms for op in changes[1:]] + [history.end_ms]
    known = [
        _epoch_of(epochs, op.broker, op.t_ms, to_ms)
        for op, to_ms in zip(changes, ends, strict=True)
    ]
    _share([op.broker for op in changes], known)
    return tuple(
        LeaderBand(op.t_ms, to_ms, op.broker, isr_of(op), epoch)
        for op, to_ms, epoch in zip(changes, ends, known, strict=True)
    )


def _share(leaders: list[int | None], epochs: list[int | None]) -> None:
    """Give neighbours with one leader one epoch: a change of the ISR leaves it as it is."""
    places = range(len(leaders))
    for here, there in (*pairwise(places), *pairwise(reversed(places))):
        if epochs[there] is None and leaders[there] is not None:
            epochs[there] = epochs[here] if leaders[here] == leaders[there] else None


def broker_rows(history: History, partition: int) -> tuple[BrokerRow, ...]:
    """A row for every broker that the history speaks of."""
    bands = reigns(history, partition)
    ends = {op.broker: op.offset for op in history.log_ends if partition_of(op) == partition}
    known = {broker for band in bands for broker in band.isr}
    known |= {band.leader for band in bands if band.leader is not None}
    known |= {broker for broker in ends if broker is not None} | set(history.died)
    away = _away(history)
    return tuple(
        BrokerRow(b, b not in history.gone_brokers, ends.get(b), _bands_of(b, bands, away[b]))
        for b in sorted(known)
    )


def fault_bands(history: History) -> tuple[FaultBand, ...]:
    """The faults in the order they were begun."""
    found = []
    for op in [op for op in history.faults if op.type == "invoke"][:MAX_BANDS]:
        proof = _next(history.faults, op, "ok", op.f)
        healed = _next(history.faults, op, "info", "healed")
        found.append(
            FaultBand(
                fault=op.f,
                broker=proof.broker if proof else op.broker,
                begun_ms=op.t_ms,
                proved_ms=proof.t_ms if proof else None,
                healed_ms=healed.t_ms if healed else None,
                held=not is_blow(op.f),
                proof=_bounded((proof.detail if proof else None) or {}),
            )
        )
    return tuple(found)


def _next(faults: Sequence[Op], begun: Op, kind: str, f: str) -> Op | None:
    for op in faults:
        if op.t_ms < begun.t_ms or op.type != kind or op.f != f:
            continue
        if f != "healed" or (op.detail or {}).get("fault", begun.f) == begun.f:
            return op
    return None


def _bands_of(
    broker: int, reigned: tuple[LeaderBand, ...], away: Sequence[Band]
) -> tuple[Band, ...]:
    """What `broker` was, from reign to reign; while it was away it was nothing else."""
    bands: list[Band] = []
    from_ms = reigned[0].from_ms if reigned else 0.0
    for gone in sorted(away, key=lambda band: band.from_ms):
        bands += _roles(broker, reigned, from_ms, gone.from_ms)
        bands.append(gone)
        from_ms = gone.to_ms
    return (*bands, *_roles(broker, reigned, from_ms, inf))


def _away(history: History) -> dict[int | None, list[Band]]:
    """Broker -> when it was dead or paused; the two do not overlap."""
    found: dict[int | None, list[Band]] = defaultdict(list)
    for broker, died_ms in history.died.items():
        back_ms = max(history.came_back.get(broker, history.end_ms), died_ms)
        found[broker].append(Band(died_ms, back_ms, "dead"))
    for held in fault_bands(history):
        if held.fault == "pause_broker" and held.proved_ms is not None:
            ended_ms = history.end_ms if held.healed_ms is None else held.healed_ms
            found[held.broker].append(Band(held.proved_ms, ended_ms, "paused"))
    return found


def _roles(
    broker: int, reigned: tuple[LeaderBand, ...], from_ms: float, to_ms: float
) -> list[Band]:
    """Its bands between two moments; neighbours that say the same are one."""
    bands: list[Band] = []
    for reign in reigned:
        begin, end = max(reign.from_ms, from_ms), min(reign.to_ms, to_ms)
        if begin >= end and not (reign.from_ms == reign.to_ms == begin):
            continue
        led = reign.leader == broker
        if reign.leader is None:
            role = "waiting"
        else:
            role = "leader" if led else "follower" if broker in reign.isr else "behind"
        epoch = reign.epoch if led else None
        last = bands[-1] if bands else None
        if last is not None and (last.role, last.epoch) == (role, epoch):
            bands[-1] = Band(last.from_ms, end, role, epoch)
        else:
            bands.append(Band(begin, end, role, epoch))
    return bands


def _epochs(history: History, partition: int) -> list[tuple[float, int | None, int]]:
    """Moments at which a batch of a known leader epoch was appended, and by whom."""
    found = []
    for key, ops in acknowledgements(history).by_batch.items():
        epoch = max((epoch for _, epoch in history.copies.get(key, ())), default=-1)
        if key[0] == partition and epoch >= 0:
            found += [(op.t_ms, op.broker, epoch) for op in ops if op.type == "ok"]
    return sorted(found, key=lambda row: (row[0], row[2]))


def _epoch_of(
    epochs: list[tuple[float, int | None, int]], leader: int | None, from_ms: float, to_ms: float
) -> int | None:
    inside = (e for t, broker, e in epochs if from_ms <= t < to_ms and broker == leader)
    return None if leader is None else next(inside, None)


def _bounded(proof: dict[str, Any]) -> dict[str, Any]:
    return {
        str(name): value if len(repr(value)) <= PROOF_CHARS else repr(value)[:PROOF_CHARS]
        for name, value in list(proof.items())[:12]
    }
