"""Broker properties for many small clusters on a small machine, each with its reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from judge.kafka.shape import Shape

CLIENT, CONTROLLER, REPLICATION = "CLIENT", "CONTROLLER", "REPL"
"""Listener names. Three ports, so that a fault can cut replication and leave the others."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where one node listens."""

    host: str
    client_port: int = 9092
    controller_port: int = 9093
    replication_port: int = 9094


SMALL_MACHINE: Mapping[str, str] = {
    # Threads: the defaults (3 network, 8 I/O, 10 background) cost 2.7 % of a core idle.
    "num.network.threads": "1",
    "num.io.threads": "2",
    "num.replica.fetchers": "1",
    "num.recovery.threads.per.data.dir": "1",
    "background.threads": "2",
    # The cleaner takes its dedupe buffer (128 MB by default) from the heap at start.
    "log.cleaner.dedupe.buffer.size": "2097152",
    "log.segment.bytes": "8388608",
    "log.initial.task.delay.ms": "500",
    # Internal topics: 50 partitions each by default, created one by one.
    "offsets.topic.num.partitions": "3",
    "transaction.state.log.num.partitions": "3",
    "share.coordinator.state.topic.num.partitions": "3",
    "group.initial.rebalance.delay.ms": "0",
    # Failure detection. 1500/200 held under load too; below that elections came by themselves.
    "broker.heartbeat.interval.ms": "300",
    "broker.session.timeout.ms": "3000",
    "controller.quorum.election.timeout.ms": "500",
    "controller.quorum.fetch.timeout.ms": "1000",
    "controller.quorum.election.backoff.max.ms": "200",
    "replica.lag.time.max.ms": "10000",
    # 1 s by default, paid on every thaw that outlasts a fetcher's 30 s request timeout.
    "replica.fetch.backoff.ms": "50",
    # Lets a lab's consumers fail over in a second or three; the default floor is 6 s.
    "group.min.session.timeout.ms": "1000",
    "group.consumer.min.session.timeout.ms": "1000",
    "group.consumer.session.timeout.ms": "3000",
    "group.consumer.min.heartbeat.interval.ms": "100",
    "group.consumer.heartbeat.interval.ms": "500",
    # A misspelt topic must be an error, not a new topic; and a lab decides on unclean election.
    "auto.create.topics.enable": "false",
    "unclean.leader.election.enable": "false",
    # Comes every 300 s by itself, so after a long freeze at once: leaders would move unasked.
    "auto.leader.rebalance.enable": "false",
    "min.insync.replicas": "1",
}


def broker_properties(
    shape: Shape, node_id: int, endpoints: Mapping[int, Endpoint], data_dir: Path
) -> dict[str, str]:
    """All properties of one node, whatever its roles; `shape.settings` win over all else."""
    copies = str(min(3, shape.brokers))
    voters = [f"{i}@{endpoints[i].host}:{endpoints[i].controller_port}" for i in shape.voter_ids]
    return {
        **SMALL_MACHINE,
        "node.id": str(node_id),
        "controller.quorum.voters": ",".join(voters),
        **_roles_and_listeners(shape, node_id, endpoints[node_id]),
        "controller.listener.names": CONTROLLER,
        "listener.security.protocol.map": ",".join(
            f"{name}:PLAINTEXT" for name in (CONTROLLER, CLIENT, REPLICATION)
        ),
        "log.dirs": str(data_dir),
        "default.replication.factor": copies,
        "offsets.topic.replication.factor": copies,
        "transaction.state.log.replication.factor": copies,
        "transaction.state.log.min.isr": str(min(2, shape.brokers)),
        "share.coordinator.state.topic.replication.factor": copies,
        "share.coordinator.state.topic.min.isr": str(min(2, shape.brokers)),
        **shape.settings,
    }


def _roles_and_listeners(shape: Shape, node_id: int, here: Endpoint) -> dict[str, str]:
    """Who the node is and where it listens; a separate controller serves no client."""
    controller = f"{CONTROLLER}://{here.host}:{here.controller_port}"
    if node_id in shape.controller_ids:
        return {"process.roles": "controller", "listeners": controller}
    served = [
        f"{CLIENT}://{here.host}:{here.client_port}",
        f"{REPLICATION}://{here.host}:{here.replication_port}",
    ]
    combined = node_id in shape.voter_ids
    return {
        "process.roles": "broker,controller" if combined else "broker",
        "listeners": ",".join([*served, controller] if combined else served),
        "advertised.listeners": ",".join(served),
        "inter.broker.listener.name": REPLICATION,
    }


def properties_text(properties: Mapping[str, str]) -> str:
    """The properties as a file that Kafka reads. Values must be free of backslashes."""
    return "".join(f"{name}={value}\n" for name, value in properties.items())
