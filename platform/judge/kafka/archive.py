"""The class archive (AOT cache) that halves a broker's start, made once from a real cluster."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from judge.errors import JudgeError
from judge.home import Home
from judge.kafka.jars import OnProgress, jar_paths
from judge.kafka.loopback import LoopbackCluster, free_endpoints
from judge.kafka.release import locked_jars
from judge.kafka.runtime import BROKER_FLAGS, runtime_stamp
from judge.kafka.settings import Endpoint, broker_properties, properties_text
from judge.kafka.shape import Shape
from judge.kafka.storage import format_directory, random_id

if TYPE_CHECKING:
    from judge.kafka.installed import KafkaInstall

START_TIMEOUT_S = 180.0
WRITE_TIMEOUT_S = 300.0

_RECORDED, _KILLED = 1, 2
_PATIENCE_MS = {_KILLED: 100, _RECORDED: 500, 3: 2000}
"""Election timeouts by which node 2 is most likely the first controller and node 1 the second,
so that node 1 is recorded both as a follower and as the leader of the quorum."""

_SESSION_MS = 1500
_SLOWER = (1, 10)
"""The first try is quick; on a machine so busy that no election ends in time, one more is not."""


def archive_path(home: Home) -> Path:
    """Where the archive lies."""
    return home.kafka / "archive" / "broker.aot"


def archive_is_fresh(home: Home) -> bool:
    """Whether the archive fits this runtime, these flags and the jars as they lie there.

    The JVM refuses one that does not fit, silently, so a stale one only costs time.
    """
    try:
        return archive_path(home).is_file() and _stamp_path(home).read_text() == _stamp(home)
    except OSError:
        return False


def build_archive(home: Home, install: KafkaInstall, on_progress: OnProgress) -> None:
    """Run three nodes on loopback, record what the first one loads, and write the archive.

    Takes 15–20 s on two cores and about 1 GB of memory. The broker is killed and comes back on
    the way, since becoming a follower loads classes too.

    Raises:
        JudgeError: a node did not start, did not stop, or wrote no archive.
    """
    target = archive_path(home)
    target.parent.mkdir(parents=True, exist_ok=True)
    made = target.with_suffix(".part")
    made.unlink(missing_ok=True)
    for slower in _SLOWER:
        try:
            with tempfile.TemporaryDirectory(prefix="faultline-archive-") as scratch:
                on_progress("Kafka class archive: three brokers start")
                _record(Path(scratch), install, made, on_progress, slower)
            break
        except JudgeError:
            if slower == _SLOWER[-1]:
                raise
    made.chmod(0o644)
    made.replace(target)
    _stamp_path(home).write_text(_stamp(home))
    on_progress(f"Kafka class archive: {target.stat().st_size / 1e6:.0f} MB")


def _record(
    root: Path, install: KafkaInstall, made: Path, on_progress: OnProgress, slower: int
) -> None:
    from judge.inside.clients import admin
    from judge.inside.observers.quorum import quorum_of
    from judge.kafka.training import be_used, in_sync

    endpoints = free_endpoints(3)
    cluster = LoopbackCluster(root, _commands(root, endpoints, install, made, slower))
    bootstrap = ",".join(f"{e.host}:{e.client_port}" for e in endpoints.values())
    try:
        cluster.start_all()
        client = admin(bootstrap)
        synced = partial(in_sync, client, len(endpoints))
        cluster.until(synced, START_TIMEOUT_S * slower, "The brokers did not find each other.")
        be_used(client, bootstrap)
        on_progress("Kafka class archive: a broker is killed and comes back")
        cluster.kill(_KILLED)
        cluster.until(
            lambda: not synced() and quorum_of(_data_dir(root, _RECORDED)).leader != _KILLED,
            START_TIMEOUT_S * slower,
            "The cluster did not notice that a broker was killed.",
            dead_is_fine=_KILLED,
        )
        cluster.start(_KILLED)
        cluster.until(synced, START_TIMEOUT_S * slower, "The killed broker did not come back.")
        on_progress("Kafka class archive: written")
        cluster.terminate(_RECORDED, WRITE_TIMEOUT_S)
    finally:
        cluster.close()


def _commands(
    root: Path,
    endpoints: Mapping[int, Endpoint],
    install: KafkaInstall,
    made: Path,
    slower: int,
) -> dict[int, list[str]]:
    """One command for each node; the recorded one also writes the archive when it ends."""
    cluster_id, commands = random_id(), {}
    for node_id in endpoints:
        patience = {
            "controller.quorum.election.timeout.ms": str(_PATIENCE_MS[node_id] * slower),
            "broker.session.timeout.ms": str(_SESSION_MS * slower),
        }
        shape = Shape(settings=patience)
        properties = broker_properties(shape, node_id, endpoints, _data_dir(root, node_id))
        format_directory(_data_dir(root, node_id), cluster_id, node_id, install.bootstrap)
        path = root / f"{node_id}.properties"
        path.write_text(properties_text(properties), encoding="utf-8")
        extra = (f"-XX:AOTCacheOutput={made}",) if node_id == _RECORDED else ()
        commands[node_id] = replace(install, archive=None).command(path, extra)
    return commands


def _data_dir(root: Path, node_id: int) -> Path:
    return root / str(node_id)


def _stamp_path(home: Home) -> Path:
    return archive_path(home).with_suffix(".made-from")


def _stamp(home: Home) -> str:
    """What the JVM itself compares, and what we do: runtime, flags, jars' names and times."""
    # Whole seconds, as the JVM does: a container's image keeps no finer times.
    rows = [f"{path} {int(path.stat().st_mtime)}" for path in jar_paths(home)]
    rows += [jar.sha256 for jar in locked_jars()]
    return "\n".join([runtime_stamp(), " ".join(BROKER_FLAGS), *rows]) + "\n"
