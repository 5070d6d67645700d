"""What a monitoring system would have seen of the cluster, worked out of a run's history."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from heapq import merge

from judge.history import Op
from judge.index import History, partition_of
from judge.min_isr import MinIsr, min_isr
from judge.step_function import StepFunction, counted, steps

PartKey = tuple[str, int]
Partitions = Mapping[PartKey, Op]
"""Topic and number -> the last change of the partition."""


Reader = Callable[[History], StepFunction | None]
"""Works a metric out of a run; None where the history does not show it."""


@dataclass(frozen=True, slots=True)
class Metric:
    """What the value means, in one sentence, and how it is worked out.

    `read` gives None where the history does not show it.
    """

    meaning: str
    read: Reader


def metric(history: History, name: str) -> StepFunction | None:
    """A metric of METRICS over the whole run; None where the history does not show it."""
    known: dict[str, StepFunction | None] = history.memo.setdefault("metrics", {})
    if name not in known:
        known[name] = METRICS[name].read(history)
    return known[name]


def _states(history: History) -> Iterator[tuple[float, Partitions]]:
    """The partitions after each decision of the controller; one mapping that changes."""
    now: dict[PartKey, Op] = {}
    for op in decided(history, "partition_change"):
        now[op.topic or "", partition_of(op)] = op
        yield op.t_ms, now


def decided(history: History, f: str) -> list[Op]:
    """What the metadata log tells of one kind, in the log's own order."""
    ops = history.rare_ops("metadata", f)
    return sorted(ops, key=lambda op: int((op.detail or {}).get("offset", 0)))


def _of_the_metadata_log(read: Reader) -> Reader:
    """None from a run that did not watch the log, whose silence says nothing."""

    def read_if_watched(history: History) -> StepFunction | None:
        watched = history.rare_ops("metadata", "partition_change")
        return read(history) if watched else None

    return read_if_watched


def _counting(holds: Callable[[History, Op], bool]) -> Reader:
    """How many partitions are in some state."""

    @_of_the_metadata_log
    def read(history: History) -> StepFunction:
        return steps(
            (t_ms, sum(holds(history, op) for op in now.values())) for t_ms, now in _states(history)
        )

    return read


def _against_floor(holds: Callable[[int, int], bool]) -> Reader:
    """How many led partitions have an ISR that stands so to their min.insync.replicas."""

    @_of_the_metadata_log
    def read(history: History) -> StepFunction | None:
        floor = min_isr(history)
        return steps(_below(history, floor, holds)) if floor is not None else None

    return read


def _below(
    history: History, floor: MinIsr, holds: Callable[[int, int], bool]
) -> Iterator[tuple[float, float]]:
    """The floor may be changed while the partition stays as it is, so both are looked at."""
    now: dict[PartKey, Op] = {}
    changes = ((op.t_ms, op) for op in decided(history, "partition_change"))
    floors = ((t_ms, None) for t_ms in floor.moments)
    for t_ms, op in merge(changes, floors, key=lambda change: change[0]):
        if op is not None:
            now[op.topic or "", partition_of(op)] = op
        least = min(floor.at(t_ms), history.terms.replicas)
        yield t_ms, sum(_led(op) and holds(_isr(op), int(least)) for op in now.values())


def _led(op: Op) -> bool:
    return op.broker is not None


def _isr(op: Op) -> int:
    return len((op.detail or {}).get("isr") or ())


def _elections(*kinds: str) -> Reader:
    @_of_the_metadata_log
    def read(history: History) -> StepFunction:
        ops = history.rare_ops("metadata", "partition_change")
        return counted(op.t_ms for op in ops if (op.detail or {}).get("election") in kinds)

    return read


@_of_the_metadata_log
def _fenced(history: History) -> StepFunction:
    """Every run begins with a healthy cluster, so nobody is fenced until the log says so."""
    fenced: set[int | None] = set()
    changes = []
    for op in decided(history, "fencing"):
        (fenced.add if (op.detail or {}).get("fenced") else fenced.discard)(op.broker)
        changes.append((op.t_ms, float(len(fenced))))
    return steps(changes)


def _active(history: History) -> StepFunction | None:
    fenced, brokers = metric(history, "fenced_brokers"), history.terms.brokers
    if fenced is None or not brokers:
        return None
    changes = zip(fenced.moments, fenced.values, strict=True)
    return steps(((t_ms, brokers - count) for t_ms, count in changes), begin=brokers)


@_of_the_metadata_log
def _controllers(history: History) -> StepFunction:
    return counted(op.t_ms for op in history.rare_ops("metadata", "controller"))


def _waiting(history: History) -> StepFunction:
    came = [(t_ms, 1) for t_ms in history.handed.values()]
    stored = history.filled_ms.items()
    left = [(max(t, history.handed[i]), -1) for i, t in stored if i in history.handed]
    count, changes = 0, []
    for t_ms, by in sorted(came + left):
        count += by
        changes.append((t_ms, float(count)))
    return steps(changes)


METRICS: Mapping[str, Metric] = {
    "offline_partitions": Metric(
        "partitions without a leader",
        _counting(lambda _history, op: not _led(op)),
    ),
    "under_replicated_partitions": Metric(
        "led partitions that have a replica out of sync",
        _counting(lambda history, op: _led(op) and _isr(op) < history.terms.replicas),
    ),
    "under_min_isr_partitions": Metric(
        "led partitions with fewer in-sync replicas than min.insync.replicas: "
        "they refuse writes with acks=all",
        _against_floor(lambda isr, floor: isr < floor),
    ),
    "at_min_isr_partitions": Metric(
        "led partitions with just as many in-sync replicas as min.insync.replicas",
        _against_floor(lambda isr, floor: isr == floor),
    ),
    "active_brokers": Metric("brokers that the controller counts as alive", _active),
    "fenced_brokers": Metric("brokers that the controller has shut out", _fenced),
    "leader_elections_total": Metric(
        "how often a partition got another leader",
        _elections("clean", "from-elr", "last-known-leader", "unclean"),
    ),
    "unclean_elections_total": Metric(
        "how often a partition got a leader that was neither in sync nor eligible",
        _elections("last-known-leader", "unclean"),
    ),
    "controller_elections_total": Metric(
        "how often a controller became the active one", _controllers
    ),
    "orders_waiting": Metric(
        "orders that were given to our own producer and are not acknowledged", _waiting
    ),
}
"""Every metric that a rule may name. docs/labs.md has the same table."""
