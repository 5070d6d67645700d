"""Brings a sandbox's cluster to health, freezes it, thaws it, and knows when it has settled."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from confluent_kafka import KafkaException

from judge.errors import JudgeError
from judge.inside.brokers import Brokers
from judge.inside.clients import admin
from judge.inside.health import make_probe, request_own_topics, use_coordinators, write_probes
from judge.inside.network import bootstrap
from judge.inside.observers.quorum import quorum_of
from judge.inside.stage import Stage
from judge.kafka.installed import install_from_dict
from judge.kafka.shape import shape_from_dict
from judge.waiting import wait_until

START_TIMEOUT_S = 60.0
THAW_TIMEOUT_S = 20.0
SETTLE_TIMEOUT_S = 30.0
QUIET_S = 0.5
"""How long nothing may change before a cluster counts as settled."""

METADATA_TIMEOUT_S = 0.5


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

    brokers = Brokers(stage.network, shape_from_dict(shape), install_from_dict(install))
    stage.brokers = brokers
    brokers.start_all()
    reached("spawned")
    try:
        client = wait_registered(brokers, START_TIMEOUT_S)
        reached("registered")
        with ThreadPoolExecutor(1) as aside:
            # The tap's second of start-up goes by while Kafka makes its own topics.
            tap = aside.submit(_start_tap, stage)
            _make_healthy(brokers, client, reached)
            stage.tap = tap.result()
    except JudgeError as failed:
        raise _with_logs(failed, brokers) from failed
    reached("tap")
    return {"timings_s": timings}


def _start_tap(stage: Stage) -> Any:
    from judge.inside.tap import start_tap

    return start_tap(stage.network, stage.brokers.ids)


def _make_healthy(brokers: Brokers, client: Any, reached: Callable[[str], None]) -> None:
    servers = bootstrap(brokers.ids)
    make_probe(client, brokers.ids)
    reached("topic")
    request_own_topics(client, brokers.ids)
    write_probes(servers, len(brokers.ids), START_TIMEOUT_S)
    reached("acknowledged")
    use_coordinators(servers, START_TIMEOUT_S)
    reached("coordinators")
    wait_until(
        lambda: _snapshot(brokers, client) is not None,
        START_TIMEOUT_S,
        "The cluster's own topics are not in sync everywhere.",
        code="cluster-not-healthy",
    )
    reached("healthy")


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
    lost = sorted(set(brokers.ids) - set(brokers.live_ids))
    if lost:
        raise JudgeError("cluster-not-healthy", f"Frozen brokers have died: {lost}.")
    brokers.thaw()
    write_probes(bootstrap(brokers.ids), len(brokers.ids), THAW_TIMEOUT_S)
    return {"timings_s": {"acknowledged": round(stage.now_ms() / 1000, 3)}}


def settle(stage: Stage) -> None:
    """Wait until the stir that follows a thaw is over: fencing, ISR changes, a new controller.

    Settled: for `QUIET_S` every live broker was registered, every partition was led with all
    of its live replicas in sync, and no leader, ISR or active controller changed.

    Raises:
        JudgeError: "cluster-not-healthy" when that does not come about.
    """
    brokers: Brokers = stage.brokers
    client = admin(bootstrap(brokers.live_ids))
    seen: Any = None
    since_s = time.monotonic()

    def quiet() -> bool:
        nonlocal seen, since_s
        now = _snapshot(brokers, client)
        if now is None or now != seen:
            seen, since_s = now, time.monotonic()
        return seen is not None and time.monotonic() - since_s >= QUIET_S

    wait_until(quiet, SETTLE_TIMEOUT_S, "The cluster did not settle.", code="cluster-not-healthy")


def _snapshot(brokers: Brokers, client: Any) -> tuple[Any, ...] | None:
    """Leaders, ISRs and the active controller; None unless all of it is as it should be."""
    live = brokers.live_ids
    quorum = {quorum_of(brokers.data_dir(i)) for i in live}
    if len(quorum) != 1 or next(iter(quorum)).leader not in live:
        return None
    try:
        metadata = client.list_topics(timeout=METADATA_TIMEOUT_S)
    except KafkaException:
        return None
    if set(metadata.brokers) != set(live):
        return None
    rows = []
    for name, topic in metadata.topics.items():
        for number, partition in topic.partitions.items():
            if partition.leader not in live or not set(partition.replicas) & set(live) <= set(
                partition.isrs
            ):
                return None
            rows.append((name, number, partition.leader, tuple(sorted(partition.isrs))))
    return (*sorted(rows), *quorum)


def _with_logs(failed: JudgeError, brokers: Brokers) -> JudgeError:
    if failed.detail:
        return failed
    tails = [f"--- broker {i}\n{brokers.log_tail(i, 20)}" for i in brokers.ids]
    return JudgeError(failed.code, failed.message, "\n".join(tails))
