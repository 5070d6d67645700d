"""One cluster for the tests of all observers, and topics, records and groups on it."""

from __future__ import annotations

import subprocess
import time
import uuid
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from judge.history import Op
from judge.inside.clients import admin, consumer, producer
from judge.inside.topics import create_topic
from judge.kafka.installed import KafkaInstall
from judge.kafka.runtime import FORMAT_FLAGS
from judge.waiting import wait_until

if TYPE_CHECKING:
    from ..conftest import Nodes, StartNodes

PATIENCE_S = 120


@pytest.fixture(scope="package")
def nodes(start_nodes: StartNodes) -> Iterator[Nodes]:
    """Three healthy brokers for the whole package; a test that kills one starts it again."""
    with start_nodes() as made:
        yield made


class Ops(list[Op]):
    """A history in the making: what an observer notes, and the moment it is."""

    def __init__(self) -> None:
        self._begun_s = time.monotonic()

    def now_ms(self) -> float:
        return (time.monotonic() - self._begun_s) * 1000

    def of(self, f: str, **fields: Any) -> list[Op]:
        """Those of one kind whose fields are as given."""
        return [
            op
            for op in list(self)
            if op.f == f and all(getattr(op, name) == value for name, value in fields.items())
        ]

    def wait(self, found: Callable[[], Any], error: str) -> None:
        wait_until(found, PATIENCE_S, f"{error} Noted: {[op.to_dict() for op in self[-5:]]}")


@pytest.fixture
def ops() -> Ops:
    """An empty history."""
    return Ops()


MakeTopic = Callable[..., str]


@pytest.fixture
def make_topic(nodes: Nodes) -> MakeTopic:
    """Creates a topic of its own; the replicas of each partition may be given."""

    def make(replicas: list[list[int]] | None = None, **config: str) -> str:
        name = f"t{uuid.uuid4().hex[:8]}"
        settings = {key.replace("_", "."): value for key, value in config.items()}
        create_topic(admin(nodes.bootstrap), name, replicas or [[1, 2, 3]], settings)
        return name

    return make


Produce = Callable[..., None]


@pytest.fixture
def produce(nodes: Nodes) -> Produce:
    """Writes numbered records to one partition and waits for their acknowledgement."""

    def write(topic: str, count: int, partition: int = 0, **settings: object) -> None:
        writer = producer(nodes.bootstrap, **settings)
        for n in range(count):
            writer.produce(topic, b"value-%d" % n, key=b"k", partition=partition)
        assert writer.flush(60) == 0

    return write


Dump = Callable[..., list[str]]


@pytest.fixture
def dump(kafka: KafkaInstall) -> Dump:
    """The lines that Kafka's own DumpLogSegments prints of some files."""

    def run(*options: str, files: Iterable[Path]) -> list[str]:
        # A small JVM: the tool lives for a second, and the brokers need the cores meanwhile.
        tool = [
            str(kafka.java),
            *FORMAT_FLAGS,
            "-cp",
            kafka.classpath,
            "org.apache.kafka.tools.DumpLogSegments",
        ]
        printed = subprocess.run(
            [*tool, *options, "--files", ",".join(map(str, files))],
            capture_output=True,
            text=True,
            check=True,
        )
        return printed.stdout.splitlines()

    return run


Join = Callable[..., Any]


@pytest.fixture
def join(nodes: Nodes) -> Iterator[Join]:
    """Makes a consumer that joins a group and reads; it is closed when the test ends."""
    open_ones: list[Any] = []

    def make(group: str, topic: str, **settings: object) -> Any:
        base: dict[str, object] = {"group.id": group, "enable.auto.commit": False}
        member = consumer(nodes.bootstrap, **base, **settings)
        member.subscribe([topic])
        open_ones.append(member)
        return member

    yield make
    for member in open_ones:
        member.close()
