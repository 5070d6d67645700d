"""A sandbox without brokers, and one with a small cluster behind its tap, for a module's tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from judge.home import Home
from judge.kafka.install import install_kafka
from judge.kafka.installed import KafkaInstall
from judge.kafka.shape import Shape
from judge.sandbox.link import Sandbox, start_sandbox
from sandboxes.programs import run_kind

PATIENCE_S = 300

Run = Callable[..., dict[str, Any]]


@pytest.fixture(scope="session")
def kafka(home: Home) -> KafkaInstall:
    """Kafka as the launcher installs it, with the archives of programs."""
    return install_kafka(home, lambda _text: None)


@pytest.fixture(scope="module")
def sandbox(runtime_home: Home, kafka: KafkaInstall) -> Iterator[Sandbox]:
    """A sandbox that can run every kind of program."""
    with start_sandbox(runtime_home) as started:
        yield started


@pytest.fixture
def runbook(sandbox: Sandbox) -> Run:
    """Runs the text of a runbook."""
    return lambda text, **options: run_kind(sandbox, "runbook", text, **options)


@pytest.fixture
def java(sandbox: Sandbox) -> Run:
    """Compiles and runs the text of Main.java."""
    return lambda text, **options: run_kind(sandbox, "java", text, **options)


@pytest.fixture(scope="module")
def cluster(runtime_home: Home, kafka: KafkaInstall) -> Iterator[Sandbox]:
    """One broker behind the tap: enough for whatever a client may ask."""
    with start_sandbox(runtime_home) as started:
        shape = Shape(brokers=1).to_dict()
        started.request("boot", timeout_s=PATIENCE_S, shape=shape, install=kafka.to_dict())
        yield started


@pytest.fixture
def behind_tap(cluster: Sandbox) -> Run:
    """Runs a program of a kind beside the broker, which it knows as $BOOTSTRAP_SERVERS."""
    env = {"BOOTSTRAP_SERVERS": "10.77.0.11:9092"}
    return lambda kind, text: run_kind(cluster, kind, text, env=env)
