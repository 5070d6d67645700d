"""A start by Kafka's own scripts with their defaults, which ours is measured against."""

from __future__ import annotations

import subprocess
import tempfile
import time
from functools import partial
from pathlib import Path

from judge.home import Home
from judge.inside.clients import admin, producer
from judge.inside.topics import create_topic
from judge.kafka.jars import jar_paths
from judge.kafka.loopback import LoopbackCluster, free_endpoints
from judge.kafka.runtime import java_path
from judge.kafka.settings import Endpoint, properties_text
from judge.kafka.storage import random_id, run_formatter
from judge.kafka.training import in_sync

NODES = (1, 2, 3)
START_TIMEOUT_S = 180.0

SCRIPT_FLAGS = (
    *("-Xmx1G", "-Xms1G", "-server", "-XX:+UseG1GC", "-XX:MaxGCPauseMillis=20"),
    *("-XX:InitiatingHeapOccupancyPercent=35", "-XX:+ExplicitGCInvokesConcurrent"),
    *("-Djava.awt.headless=true", "-Dcom.sun.management.jmxremote"),
    "-Dcom.sun.management.jmxremote.authenticate=false",
    "-Dcom.sun.management.jmxremote.ssl=false",
)
"""What kafka-server-start.sh and kafka-run-class.sh of this release pass to the JVM."""

FORMAT_FLAGS = ("-Xmx256M", *SCRIPT_FLAGS[2:])

_LOGGING = """\
status = warn
appender.stdout.type = Console
appender.stdout.name = STDOUT
appender.stdout.layout.type = PatternLayout
appender.stdout.layout.pattern = [%d] %p %m (%c)%n
rootLogger.level = info
rootLogger.appenderRef.stdout.ref = STDOUT
"""


def stock_start(home: Home) -> float:
    """Format three nodes and start them as the scripts do; seconds until acks=all on RF 3.

    On the same runtime and jars, on loopback, without a sandbox. The runtime gets the default
    class archive that every packaged JDK has (made before the clock starts), or the comparison
    would flatter us.

    Raises:
        JudgeError: it could not be formatted or did not start.
    """
    classpath = ":".join(str(path) for path in jar_paths(home))
    with tempfile.TemporaryDirectory(prefix="faultline-stock-") as scratch:
        root = Path(scratch)
        shared = (f"-XX:SharedArchiveFile={_default_archive(home)}",)
        (root / "log4j2.properties").write_text(_LOGGING, encoding="ascii")
        logging = f"-Dlog4j2.configurationFile={root / 'log4j2.properties'}"
        java = [str(java_path()), *shared, *SCRIPT_FLAGS, logging, "-cp", classpath, "kafka.Kafka"]
        endpoints = free_endpoints(len(NODES))
        paths = {i: root / f"{i}.properties" for i in NODES}
        for i in NODES:
            paths[i].write_text(_properties(i, endpoints, root / str(i)), encoding="utf-8")
        cluster = LoopbackCluster(root, {i: [*java, str(paths[i])] for i in NODES})
        started_s = time.monotonic()
        cluster_id = random_id()
        for i in NODES:
            run_formatter(classpath, cluster_id, paths[i], (*shared, *FORMAT_FLAGS))
        try:
            cluster.start_all()
            _until_acknowledged(cluster, endpoints)
            return time.monotonic() - started_s
        finally:
            cluster.close()


def _until_acknowledged(cluster: LoopbackCluster, endpoints: dict[int, Endpoint]) -> None:
    bootstrap = ",".join(f"{e.host}:{e.client_port}" for e in endpoints.values())
    client = admin(bootstrap)
    registered = partial(in_sync, client, len(NODES))
    cluster.until(registered, START_TIMEOUT_S, "The stock brokers did not find each other.")
    create_topic(client, "stock", [[1, 2, 3]], {})
    writer = producer(bootstrap)
    writer.produce("stock", b"first")
    writer.flush(START_TIMEOUT_S)


def _properties(node_id: int, endpoints: dict[int, Endpoint], data_dir: Path) -> str:
    """config/server.properties of the release, with what three nodes on one host need."""
    here = endpoints[node_id]
    voters = [f"{i}@{e.host}:{e.controller_port}" for i, e in endpoints.items()]
    client = f"PLAINTEXT://{here.host}:{here.client_port}"
    return properties_text(
        {
            "process.roles": "broker,controller",
            "node.id": str(node_id),
            "controller.quorum.voters": ",".join(voters),
            "listeners": f"{client},CONTROLLER://{here.host}:{here.controller_port}",
            "advertised.listeners": client,
            "controller.listener.names": "CONTROLLER",
            "inter.broker.listener.name": "PLAINTEXT",
            "listener.security.protocol.map": "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT",
            "num.network.threads": "3",
            "num.io.threads": "8",
            "log.dirs": str(data_dir),
            "num.partitions": "1",
            "num.recovery.threads.per.data.dir": "2",
            "log.segment.bytes": "1073741824",
        }
    )


def _default_archive(home: Home) -> Path:
    """The archive that `java -Xshare:dump` makes, which a packaged JDK ships."""
    archive = home.kafka / "archive" / "jdk-default.jsa"
    if not archive.is_file():
        subprocess.run(
            [str(java_path()), "-Xshare:dump", f"-XX:SharedArchiveFile={archive}"],
            capture_output=True,
            check=True,
            env={},
        )
    return archive
