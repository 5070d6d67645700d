"""Brings a sandbox's cluster to health, freezes it, thaws it, and knows when it has settled."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from typing import Any

from confluent_kafka import KafkaException

from judge.errors import JudgeError
from judge.inside.brokers import Brokers
from judge.inside.clients import admin
from judge.inside.health import make_probe, request_own_topics, use_coordinators, write_probes
from judge.inside.network import bootstrap
from judge.inside.observers.broker_log import last_stir
from judge.inside.observers.quorum import quorum_of
from judge.inside.stage import Stage
from judge.kafka.installed import install_from_dict
from judge.kafka.shape import shape_from_dict
from judge.waiting import wait_until

START_TIMEOUT_S = 100.0
THAW_TIMEOUT_S = 20.0
SETTLE_TIMEOUT_S = 30.0
QUIET_S = 1.0
"""How long nothing may stir before a cluster counts as settled. After a thaw on a machine with
15 processes for 2 cores the stirs came up to 0.5 s apart and were over after 1.4 s."""

METADATA_TIMEOUT_S = 2.0
"""A busy machine answers late; asking anew sooner would only add to its work."""


def boot(stage: Stage, shape: Mapping[str, Any], install: Mapping[str, Any]) -> dict[str, Any]:
    """Start the cluster, bring it to health and start the tap; a booted one is left as it is.

    Healthy: every broker is registered, a topic led by each of them takes acks=all, and Kafka's
    own topics for groups and transactions exist.

    Returns `timings_s`: seconds since the request began at which each of that was so.

    Raises:
        JudgeError: "broker-did-not-start" with the tail of a broker's log, or
            "cluster-not-healthy".
    """
    if stage.brokers is not None:
        return {}
    timings: dict[str, float] = {}

    def reached(what: str) -> None:
        timings[what] = round(stage.now_ms() / 1000, 3)

    # One for all of it: the host waits a little longer, and would hear of nothing later.
    deadline_s = time.monotonic() + START_TIMEOUT_S
    brokers = Brokers(stage.network, shape_from_dict(shape), install_from_dict(install))
    stage.brokers = brokers
    brokers.start_all()
    reached("spawned")
    try:
        client = wait_registered(brokers, START_TIMEOUT_S)
        reached("registered")
        _make_healthy(stage, client, reached, deadline_s)
    except JudgeError as failed:
        raise _with_logs(failed, brokers) from failed
    reached("healthy")
    return {"timings_s": timings}


def _make_healthy(
    stage: Stage, client: Any, reached: Callable[[str], None], deadline_s: float
) -> None:
    def left_s() -> float:
        return max(1.0, deadline_s - time.monotonic())

    brokers: Brokers = stage.brokers
    servers = bootstrap(brokers.ids)
    make_probe(client, brokers.ids)
    reached("topic")
    # First the promise that everything waits for; on two cores whatever runs beside it delays it.
    write_probes(servers, len(brokers.ids), left_s())
    reached("acknowledged")
    request_own_topics(client, brokers.ids)
    with ThreadPoolExecutor(2) as aside:
        # librdkafka's half a second before it asks for a producer id, and the tap's start; and
        # what a run needs is loaded now, when nobody waits for a warm cluster.
        coordinators = aside.submit(use_coordinators, servers, left_s())
        tap = aside.submit(_start_tap, stage)
        import_module("judge.inside.conduct")
        coordinators.result()
        reached("coordinators")
        stage.tap = tap.result()
    wait_until(
        lambda: _is_healthy(brokers, client),
        left_s(),
        "The cluster's own topics are not in sync everywhere.",
        code="cluster-not-healthy",
    )


def _start_tap(stage: Stage) -> Any:
    from judge.inside.tap import start_tap

    return start_tap(stage.network, stage.brokers.ids)


def wait_registered(brokers: Brokers, timeout_s: float) -> Any:
    """Wait until every node is in the cluster's metadata; returns an admin client.

    Raises:
        JudgeError: "broker-did-not-start", with the tail of the log of the one to blame.
    """
    client = admin(bootstrap(brokers.ids))

    def registered() -> bool:
        brokers.require_started()
        try:
            return len(client.list_topics(timeout=METADATA_TIMEOUT_S).brokers) == len(brokers.ids)
        except KafkaException:
            return False

    wait_until(
        registered, timeout_s, "The brokers did not find each other.", code="broker-did-not-start"
    )
    return client


def freeze(stage: Stage) -> dict[str, Any]:
    """Stop every broker; from then on the sandbox uses no CPU until it is thawed."""
    stage.brokers.freeze()
    return {}


def thaw(stage: Stage) -> dict[str, Any]:
    """Let the brokers run again and wait until all partitions take acks=all with a full ISR.

    Raises:
        JudgeError: "cluster-not-healthy" when that does not come about; throw the sandbox away.
    """
    brokers: Brokers = stage.brokers
    lost = sorted(set(brokers.node_ids) - set(brokers.live_node_ids))
    if lost:
        raise JudgeError("cluster-not-healthy", f"Frozen brokers have died: {lost}.")
    brokers.thaw()
    write_probes(bootstrap(brokers.ids), len(brokers.ids), THAW_TIMEOUT_S)
    return {"timings_s": {"acknowledged": round(stage.now_ms() / 1000, 3)}}


def settle(stage: Stage) -> None:
    """Wait until the stir that follows a thaw is over: fencing, ISR changes, a new controller.

    Settled: every live broker is registered, every partition is led with all of its live
    replicas in sync, all agree on one controller, and for `QUIET_S` no broker has told of an
    election, a fencing or a change of an ISR. Looks back into the brokers' logs, so a cluster
    that has been quiet for long enough already is not waited for.

    Raises:
        JudgeError: "cluster-not-healthy" when that does not come about.
    """
    brokers: Brokers = stage.brokers
    client = admin(bootstrap(brokers.live_ids))

    def settled() -> bool:
        stirred_at = max(last_stir(brokers.log_path(i)) for i in brokers.live_node_ids)
        return time.time() - stirred_at >= QUIET_S and _is_healthy(brokers, client)

    wait_until(
        settled,
        SETTLE_TIMEOUT_S,
        "The cluster did not settle.",
        code="cluster-not-healthy",
        step_s=0.05,
    )


def _is_healthy(brokers: Brokers, client: Any) -> bool:
    """Whether all live brokers are registered and in sync, and all nodes agree on a controller."""
    live, nodes = set(brokers.live_ids), brokers.live_node_ids
    quorum = {quorum_of(brokers.data_dir(i)) for i in nodes}
    if len(quorum) != 1 or next(iter(quorum)).leader not in nodes:
        return False
    try:
        metadata = client.list_topics(timeout=METADATA_TIMEOUT_S)
    except KafkaException:
        return False
    partitions = [p for topic in metadata.topics.values() for p in topic.partitions.values()]
    return set(metadata.brokers) == live and all(
        p.leader in live and live & set(p.replicas) <= set(p.isrs) for p in partitions
    )


def _with_logs(failed: JudgeError, brokers: Brokers) -> JudgeError:
    if failed.detail:
        return failed
    tails = [f"--- node {i}\n{brokers.log_tail(i, 20)}" for i in brokers.node_ids]
    return JudgeError(failed.code, failed.message, "\n".join(tails))
