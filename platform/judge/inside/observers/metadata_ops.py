"""What the metadata log tells, as operations of a run."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from judge.history import Op
from judge.inside.observers import metadata_events as events


def metadata_ops(
    found: Iterable[events.Event],
    topics: Sequence[str],
    run_ms: Callable[[int], float],
) -> list[Op]:
    """The events of a run as operations: those of `topics`, and all of brokers and the quorum.

    Args:
        found: what `read_metadata_log` gave.
        topics: the topics of the run; Kafka's own are left out.
        run_ms: a moment of the wall clock in the run's milliseconds; what was before 0 is left
            out, except for how a topic's partitions began.
    """
    ops = []
    for event in found:
        op = _op(event, max(0.0, run_ms(event.wall_ms)))
        if op.topic in topics or (op.topic is None and run_ms(event.wall_ms) >= 0):
            ops.append(op)
    return ops


def _op(event: events.Event, t_ms: float) -> Op:
    detail: dict[str, Any] = {"from": "metadata-log", "offset": event.offset}
    if isinstance(event, events.PartitionState):
        detail |= {
            "isr": sorted(event.isr),
            "elr": sorted(event.elr),
            "last_known_elr": sorted(event.last_known_elr),
            "recovering": event.recovering,
            "election": event.election,
        }
        return Op(
            t_ms,
            "metadata",
            "info",
            "partition_change",
            topic=event.topic,
            partition=event.partition,
            broker=event.leader,
            epoch=event.leader_epoch,
            detail=detail,
        )
    if isinstance(event, events.BrokerFencing):
        detail["fenced"] = event.fenced
        return Op(t_ms, "metadata", "info", "fencing", broker=event.broker, detail=detail)
    if isinstance(event, events.ConfigChange):
        changed = {event.name: event.value, "_when": "change"}
        return Op(
            t_ms,
            "metadata",
            "info",
            "config",
            topic=event.topic,
            broker=event.broker,
            detail=changed,
        )
    if isinstance(event, events.TopicChange):
        detail["change"] = event.change
        return Op(t_ms, "metadata", "info", "topic", topic=event.topic, detail=detail)
    assert isinstance(event, events.QuorumLeader)  # noqa: S101  (the last kind there is)
    leader, epoch = event.leader, event.epoch
    return Op(t_ms, "metadata", "info", "controller", broker=leader, epoch=epoch, detail=detail)
