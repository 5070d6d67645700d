"""Real brokers for the tests of a module: three on loopback, or a whole sandbox of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from judge.home import Home
from judge.inside.clients import admin
from judge.kafka.install import install_kafka
from judge.kafka.installed import KafkaInstall
from judge.kafka.loopback import LoopbackCluster, free_endpoints
from judge.kafka.settings import broker_properties, properties_text
from judge.kafka.shape import Shape
from judge.kafka.storage import format_directory, random_id
from judge.kafka.training import in_sync
from judge.sandbox.link import Sandbox, start_sandbox

PATIENCE_S = 180
"""Longer than anything here takes on a busy machine; a bound, not an expectation."""


@pytest.fixture(scope="session")
def kafka(home: Home) -> KafkaInstall:
    """Kafka as the launcher installs it."""
    return install_kafka(home, lambda _text: None)


class Nodes:
    """Three brokers with our settings on loopback, their disks open to the test."""

    def __init__(self, root: Path, install: KafkaInstall) -> None:
        endpoints, cluster_id = free_endpoints(3), random_id()
        self._root, commands = root, {}
        for i in endpoints:
            properties = broker_properties(Shape(), i, endpoints, self.data_dir(i))
            format_directory(self.data_dir(i), cluster_id, i, install.bootstrap)
            path = root / f"{i}.properties"
            path.write_text(properties_text(properties))
            commands[i] = install.command(path)
        self.processes = LoopbackCluster(root, commands)
        self.bootstrap = ",".join(f"{e.host}:{e.client_port}" for e in endpoints.values())

    ids = (1, 2, 3)

    def data_dir(self, i: int) -> Path:
        return self._root / f"data{i}"

    def wait_in_sync(self) -> None:
        client = admin(self.bootstrap)
        self.processes.until(lambda: in_sync(client, 3), PATIENCE_S, "The brokers are not in sync.")


StartNodes = Callable[[], AbstractContextManager[Nodes]]


@pytest.fixture(scope="session")
def start_nodes(kafka: KafkaInstall, tmp_path_factory: pytest.TempPathFactory) -> StartNodes:
    """Starts three healthy brokers for as long as its context lasts."""

    @contextmanager
    def started() -> Iterator[Nodes]:
        made = Nodes(tmp_path_factory.mktemp("nodes"), kafka)
        try:
            made.processes.start_all()
            made.wait_in_sync()
            yield made
        finally:
            made.processes.close()

    return started


@pytest.fixture(scope="module")
def nodes(start_nodes: StartNodes) -> Iterator[Nodes]:
    """Three healthy brokers; a test that kills one starts it again."""
    with start_nodes() as made:
        yield made


@pytest.fixture(scope="module")
def cluster(runtime_home: Home, kafka: KafkaInstall) -> Iterator[Sandbox]:
    """A sandbox with a healthy cluster in it, shared by the tests of a module."""
    with start_sandbox(runtime_home) as sandbox:
        boot(sandbox, kafka)
        yield sandbox


def boot(sandbox: Sandbox, kafka: KafkaInstall, shape: Shape | None = None) -> dict[str, object]:
    """Ask for a cluster and wait for its health."""
    return sandbox.request(
        "boot",
        timeout_s=PATIENCE_S,
        shape=(shape or Shape()).to_dict(),
        install=kafka.to_dict(),
    )
