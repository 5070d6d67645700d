"""Attacks beside a real cluster: the brokers live, and go on taking acknowledged records."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from judge.home import Home
from judge.kafka.install import install_kafka
from judge.kafka.shape import Shape
from judge.sandbox.link import Sandbox, start_sandbox
from sandboxes.host import HostBait
from sandboxes.inside import look_inside
from sandboxes.programs import run_program

pytestmark = pytest.mark.brokers

PATIENCE_S = 180

BROKER_PIDS = """
import os
found = []
for pid in (name for name in os.listdir("/proc") if name.isdigit()):
    try:
        if open(f"/proc/{pid}/comm").read().strip() == "java":
            found.append(int(pid))
    except OSError:
        pass
print(sorted(found))
"""

ATTACKS = {
    "kill everybody": """
import os
for pid in range(2, 5000):
    if pid != os.getpid():
        try:
            os.kill(pid, 9)
        except OSError:
            pass
try:
    os.kill(-1, 9)
except OSError:
    pass
""",
    "fork bomb": """
import os
try:
    while True:
        os.fork()
except OSError:
    while True:
        pass
""",
    "memory": "held = []\nwhile True: held.append(bytearray(b'x') * (8 << 20))",
    "disk": """
for place in ("/tmp", "/dev/shm", "/", "/data", "/data/1"):
    try:
        with open(place + "/full", "wb", buffering=0) as out:
            while True:
                out.write(b"0" * 65536)
    except OSError:
        pass
""",
    "endless output": "while True: print('A' * 10_000)",
    "half-open requests": """
import socket
wires = []
try:
    for _ in range(1000):
        wire = socket.create_connection((f"10.77.0.{11 + _ % 3}", 9092), 2)
        wire.sendall(bytes([0, 16, 0, 0]) + b"x" * 1000)
        wires.append(wire)
except OSError:
    pass
""",
    "nonsense on the client port": """
import os, socket
for number in range(60):
    try:
        with socket.create_connection((f"10.77.0.{11 + number % 3}", 9092), 2) as wire:
            wire.settimeout(2)
            wire.sendall([b"GET / HTTP/1.1\\r\\n\\r\\n", b"\\x7f\\xff\\xff\\xff", os.urandom(500),
                          b"\\x16\\x03\\x01\\x02\\x00\\x01\\x00", b"\\xff" * 64][number % 5])
            wire.recv(99)
    except OSError:
        pass
""",
    "the controller's port": """
import socket
for port in (9093, 9094):
    for last in (11, 12, 13):
        with socket.socket() as wire:
            wire.settimeout(0.5)
            if wire.connect_ex((f"10.77.0.{last}", port)) == 0:
                print("reached", last, port)
""",
}


@pytest.fixture(scope="module")
def cluster(runtime_home: Home, bait: HostBait) -> Iterator[Sandbox]:
    """A sandbox with three real brokers and the tap."""
    install = install_kafka(runtime_home, lambda _text: None)
    with start_sandbox(runtime_home) as sandbox:
        sandbox.request(
            "boot",
            timeout_s=PATIENCE_S,
            shape=Shape().to_dict(),
            install=install.to_dict(),
        )
        yield sandbox


@pytest.fixture
def healthy(cluster: Sandbox, bait: HostBait) -> Iterator[Callable[..., dict[str, Any]]]:
    """Runs an attack; afterwards the same broker processes take acks=all on every partition."""
    before = look_inside(cluster, "bridge", BROKER_PIDS)
    assert before.count(",") == 2

    yield lambda code, **options: run_program(cluster, code, **options)

    assert look_inside(cluster, "bridge", BROKER_PIDS) == before
    cluster.request("freeze", timeout_s=PATIENCE_S)
    cluster.request("thaw", timeout_s=PATIENCE_S)
    bait.assert_untouched()


@pytest.mark.parametrize("name", ATTACKS)
def test_the_brokers_live(healthy: Callable[..., dict[str, Any]], name: str) -> None:
    ended = healthy(ATTACKS[name], limits={"wall_s": 10, "memory_bytes": 128 << 20})

    assert ended["exit"]["reason"] in ("exited", "wall-clock", "memory", "output")
    assert "reached" not in ended["stdout"]
    assert ended["explained"].startswith("Your program")


def test_an_honest_program_still_gets_its_records_acknowledged(
    healthy: Callable[..., dict[str, Any]],
) -> None:
    # Through jail, wire, tap and bridge, after all that was done before.
    ended = healthy(
        """
        from confluent_kafka import Producer
        servers = "10.77.0.11:9092,10.77.0.12:9092,10.77.0.13:9092"
        producer = Producer({"bootstrap.servers": servers, "acks": "all"})
        topics = producer.list_topics(timeout=30).topics
        ours = next(name for name in topics if not name.startswith("__"))
        errors = []
        for number in range(100):
            producer.produce(ours, str(number), on_delivery=lambda e, m: errors.append(e))
        producer.flush(30)
        print(errors.count(None))
        """
    )

    assert ended["stdout"] == "100", ended
