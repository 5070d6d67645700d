"""Finds the broker that has a role now: asked of the cluster, never remembered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from judge.errors import JudgeError
from judge.inside.observers.quorum import quorum_of
from judge.inside.run_state import LEADER_TIMEOUT_S, RunState


def find_target(run: RunState, options: Mapping[str, Any]) -> int:
    """The id of the live broker that `options["target"]` names, see `judge.fault_options`.

    Raises JudgeError `no-such-target` when nobody has that role now.
    """
    target = options["target"]
    if target in ("leader", "follower"):
        return _of_partition(run, target, options["topic"] or run.topic, options["partition"])
    if target == "controller":
        return _controller(run)
    return _coordinator(run, target, options["of"])


def _of_partition(run: RunState, target: str, topic: str, partition: int) -> int:
    metadata = run.admin.list_topics(topic, timeout=LEADER_TIMEOUT_S)
    seen = metadata.topics[topic].partitions[partition]
    wanted = [seen.leader] if target == "leader" else [i for i in seen.isrs if i != seen.leader]
    live = sorted(set(wanted) & set(run.alive_brokers()))
    if not live:
        raise JudgeError("no-such-target", f"{topic}-{partition} has no live {target}")
    return int(live[0])


def _controller(run: RunState) -> int:
    brokers = run.stage.brokers
    seen = [quorum_of(brokers.data_dir(node)) for node in brokers.live_ids]
    latest = max(seen, key=lambda quorum: quorum.epoch, default=None)
    if latest is None or latest.leader is None or latest.leader not in brokers.live_ids:
        raise JudgeError("no-such-target", "no live node leads the controller quorum")
    return latest.leader


def _coordinator(run: RunState, target: str, name: str) -> int:
    """Whoever leads the partition of Kafka's own topic that `name` falls into."""
    topic = "__consumer_offsets" if target == "group_coordinator" else "__transaction_state"
    partitions = run.admin.list_topics(topic, timeout=LEADER_TIMEOUT_S).topics[topic].partitions
    leader = partitions[abs(java_hash(name)) % len(partitions)].leader
    if leader not in run.alive_brokers():
        raise JudgeError("no-such-target", f"{name} has no live coordinator")
    return int(leader)


def java_hash(text: str) -> int:
    """`String.hashCode`, by which Kafka spreads groups and transactional ids over partitions."""
    value = 0
    for unit in memoryview(text.encode("utf-16-le")).cast("H"):
        value = (31 * value + unit) & 0xFFFFFFFF
    return value - (1 << 32) if value & (1 << 31) else value
