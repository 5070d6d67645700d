"""Finds the broker that has a role now: asked of the cluster, never remembered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from confluent_kafka import KafkaException

from judge.errors import JudgeError
from judge.inside.clients import admin
from judge.inside.network import bootstrap
from judge.inside.observers.quorum import quorum_of
from judge.inside.run_state import LEADER_TIMEOUT_S, RunState


def find_target(run: RunState, options: Mapping[str, Any]) -> int:
    """The id of the live node that `options["target"]` names, see `judge.target_options`.

    It is a broker, but for the controller of a cluster whose controllers stand apart.

    Raises JudgeError `no-such-target` when nobody has that role now.
    """
    if options["target"] == "controller":
        return _controller(run)
    live = sorted(_having_role(run, options, run.admin) & set(run.alive_brokers()))
    if not live:
        raise JudgeError("no-such-target", f"{_role(run, options)} is no live broker")
    return live[0]


def confirm_target(run: RunState, options: Mapping[str, Any], hit: int) -> None:
    """Ask once more, after `hit` was struck, whether it has the role: the others say so.

    A role moves only once a session has timed out, so who has it a moment after the blow had it
    when the blow fell.

    Raises JudgeError `target-moved` when it has not, or when nobody can tell.
    """
    if options["target"] == "controller":
        has_it = hit == _latest_controller(run)
    else:
        # The client of the run may be bound to the broker that was just struck.
        others = [broker for broker in run.alive_brokers() if broker != hit]
        has_it = bool(others) and hit in _having_role(run, options, admin(bootstrap(others)))
    if not has_it:
        text = f"broker {hit} was struck and was not, or no longer, {_role(run, options)}"
        raise JudgeError("target-moved", text)


def replicas_now(run: RunState, topic: str, partition: int) -> tuple[int, list[int]]:
    """The leader of a partition and its live followers that are in sync, asked of the cluster.

    Raises JudgeError `no-such-target` when nobody leads it.
    """
    seen = _partitions(run.admin, topic)[partition]
    live = run.alive_brokers()
    if seen.leader not in live:
        raise JudgeError("no-such-target", f"{topic}-{partition} has no live leader")
    return seen.leader, sorted(i for i in seen.isrs if i in live and i != seen.leader)


def _role(run: RunState, options: Mapping[str, Any]) -> str:
    target = str(options["target"])
    if target in ("leader", "follower"):
        return f"the {target} of {options['topic'] or run.topic}-{options['partition']}"
    named = target.replace("_", " ")
    return f"the {named} of {options['of']}" if options.get("of") else f"the {named}"


def _having_role(run: RunState, options: Mapping[str, Any], client: Any) -> set[int]:
    target = options["target"]
    if target in ("leader", "follower"):
        seen = _partitions(client, options["topic"] or run.topic)[options["partition"]]
        return {seen.leader} if target == "leader" else set(seen.isrs) - {seen.leader}
    topic = "__consumer_offsets" if target == "group_coordinator" else "__transaction_state"
    partitions = _partitions(client, topic)
    return {partitions[abs(java_hash(options["of"])) % len(partitions)].leader}


def _partitions(client: Any, topic: str) -> Any:
    try:
        return client.list_topics(topic, timeout=LEADER_TIMEOUT_S).topics[topic].partitions
    except KafkaException as error:
        raise JudgeError("no-such-target", f"nobody tells who leads {topic}", str(error)) from None


def _latest_controller(run: RunState) -> int | None:
    """Whom the live nodes hold for the active controller, by the latest epoch that one knows."""
    brokers = run.stage.brokers
    seen = [quorum_of(brokers.data_dir(node)) for node in brokers.live_node_ids]
    latest = max(seen, key=lambda quorum: quorum.epoch, default=None)
    return latest.leader if latest else None


def _controller(run: RunState) -> int:
    leader = _latest_controller(run)
    if leader is None or leader not in run.stage.brokers.live_node_ids:
        raise JudgeError("no-such-target", "no live node leads the controller quorum")
    return leader


def java_hash(text: str) -> int:
    """`String.hashCode`, by which Kafka spreads groups and transactional ids over partitions."""
    value = 0
    for unit in memoryview(text.encode("utf-16-le")).cast("H"):
        value = (31 * value + unit) & 0xFFFFFFFF
    return value - (1 << 32) if value & (1 << 31) else value
