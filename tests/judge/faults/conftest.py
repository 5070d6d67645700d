"""Real brokers in a sandbox for the tests of faults; see `sandboxes.rig` for what a rig does."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from judge.home import Home
from judge.kafka.install import install_kafka
from judge.kafka.installed import KafkaInstall
from judge.kafka.shape import Shape
from sandboxes.rig import Rig, start_rig


@pytest.fixture(scope="session")
def kafka(home: Home) -> KafkaInstall:
    """Kafka as the launcher installs it."""
    return install_kafka(home, lambda _text: None)


@pytest.fixture(scope="module")
def rig(runtime_home: Home, kafka: KafkaInstall) -> Iterator[Rig]:
    """Three brokers that are controllers as well, shared by the tests of a module."""
    with start_rig(runtime_home, kafka, Shape()) as started:
        yield started


@pytest.fixture(scope="module")
def rig_with_controller(runtime_home: Home, kafka: KafkaInstall) -> Iterator[Rig]:
    """Three brokers and one separate controller, 101, shared by the tests of a module."""
    with start_rig(runtime_home, kafka, Shape(controllers=1)) as started:
        yield started


@pytest.fixture(scope="module")
def rig_with_gates(runtime_home: Home, kafka: KafkaInstall) -> Iterator[Rig]:
    """Three brokers whose syncs can be held, shared by the tests of a module."""
    with start_rig(runtime_home, kafka, Shape(syncs_held=True)) as started:
        yield started
