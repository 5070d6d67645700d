"""Attacks through Kafka itself: what a program asks of brokers, and how much it sends them."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from judge.home import Home
from judge.kafka.install import install_kafka
from judge.kafka.shape import Shape
from judge.sandbox.link import Sandbox, start_sandbox
from sandboxes.host import HostBait
from sandboxes.inside import entering_command, look_inside
from sandboxes.programs import run_program

pytestmark = pytest.mark.brokers

PATIENCE_S = 180
SHAPE = Shape(brokers=3, controllers=1)
CONTROLLER = "10.77.0.111"

CLIENT = """
import json, socket, struct, sys, time
from confluent_kafka import *
from confluent_kafka.admin import *
servers = "10.77.0.11:9092,10.77.0.12:9092,10.77.0.13:9092"
admin = AdminClient({"bootstrap.servers": servers})

def told(future):
    try:
        future.result(20)
        return "done"
    except KafkaException as error:
        return error.args[0].name()

def all_told(futures):
    return sorted({told(future) for future in futures.values()})
"""

MAKE = CLIENT + """
print(json.dumps(all_told(admin.create_topics([
    NewTopic("canary-bad", num_partitions=1, replication_factor=3),
    NewTopic("orders", num_partitions=1, replication_factor=3)]))))
"""

ADMINISTER = CLIENT + """
orders, group = TopicPartition("orders", 0, 1), "orders-group"
resources = [
    ConfigResource(ConfigResource.Type.TOPIC, "orders", incremental_configs=[
        ConfigEntry("min.insync.replicas", "1",
                    incremental_operation=AlterConfigOpType.SET)]),
    ConfigResource(ConfigResource.Type.BROKER, "1", incremental_configs=[
        ConfigEntry("message.max.bytes", "2000000",
                    incremental_operation=AlterConfigOpType.SET)]),
]
said = {
    "create": all_told(admin.create_topics([
        NewTopic("mine", num_partitions=int(sys.argv[1]), replication_factor=1)])),
    "grow": all_told(admin.create_partitions([NewPartitions("orders", int(sys.argv[2]))])),
    "configure": sorted(told(f) for f in admin.incremental_alter_configs(resources).values()),
    "records": all_told(admin.delete_records([TopicPartition("orders", 0, 0)])),
    "delete": all_told(admin.delete_topics(["canary-bad", "orders"])),
}
print(json.dumps(said))
"""

SECURE = CLIENT + """
scram = UserScramCredentialUpsertion("me", ScramCredentialInfo(ScramMechanism.SCRAM_SHA_256, 4096),
                                     b"secret")
acl = AclBinding(ResourceType.TOPIC, "orders", ResourcePatternType.LITERAL, "User:me", "*",
                 AclOperation.ALL, AclPermissionType.DENY)
elected = told(admin.elect_leaders(ElectionType.UNCLEAN, [TopicPartition("orders", 0)]))
print(json.dumps({
    "scram": all_told(admin.alter_user_scram_credentials([scram])),
    "acl": all_told(admin.create_acls([acl])),
    "elect": [elected],
    "group": all_told(admin.delete_consumer_groups(["somebodys"])),
}))
"""

ASK = CLIENT + """
def ask(api, version, body, client=b"me", flexible=True):
    with socket.create_connection(("10.77.0.11", 9092), 10) as wire:
        wire.settimeout(10)
        head = struct.pack(">hhih", api, version, 7, len(client)) + client
        frame = head + (b"\\0" if flexible else b"") + body
        wire.sendall(struct.pack(">i", len(frame)) + frame)
        try:
            return wire.recv(4096).hex()
        except OSError:
            return ""
"""

RAW = ASK + """
# WriteTxnMarkers: one marker that aborts what producer 1 has open in orders-0.
name = b"orders"
marker = (struct.pack(">qh?", 1, 0, False) + b"\\x02" + bytes([len(name) + 1]) + name
          + b"\\x02" + struct.pack(">i", 0) + b"\\0" + struct.pack(">i", 0) + b"\\0")
print(json.dumps(ask(27, 1, b"\\x02" + marker + b"\\0")))
"""

FOLLOW = ASK + """
# Fetch, in the name of broker 2: "I have copied orders-0 up to a million".
part = struct.pack(">iiqqi", 0, -1, 1_000_000, 0, 1000)
body = (struct.pack(">iiiibii", 2, 10, 0, 1000, 0, 0, -1) + struct.pack(">ih", 1, 6) + b"orders"
        + struct.pack(">i", 1) + part + struct.pack(">ih", 0, 0))
print(json.dumps(ask(1, 11, body, flexible=False)))
"""

FORGE = CLIENT + """
told = {}
for topic in ("orders", "canary-bad", "__consumer_offsets"):
    producer = Producer({"bootstrap.servers": servers, "client.id": "__admin_client",
                         "message.timeout.ms": 15000, "compression.type": "none"})
    producer.produce(topic, b"forged", b"forged", partition=0,
                     on_delivery=lambda e, m: told.__setitem__(m.topic(), e and e.name()))
    producer.flush(20)
print(json.dumps(told))
"""

HUGE = CLIENT + """
told = []
producer = Producer({"bootstrap.servers": servers, "message.max.bytes": 100_000_000,
                     "message.timeout.ms": 5000, "enable.idempotence": False})
for size in (2 << 20, 9 << 20):
    producer.produce("orders", b"x" * size, on_delivery=lambda e, m: told.append(e and e.name()))
    # The message's own time ends this; how much later it is told of depends on the redials.
    producer.flush()
print(json.dumps(told))
"""

CROWD = """
import socket
wires = opened = 0
held = []
for number in range(4000):
    try:
        wire = socket.create_connection((f"10.77.0.{11 + number % 3}", 9092), 2)
        opened += 1
        if number % 40 == 0:
            wire.sendall(bytes([0, 127, 0, 0]) + b"x" * 10_000)  # half of a request
            held.append(wire)
        else:
            wire.close()
    except OSError:
        pass
print("opened" if opened > 1000 else opened)
"""

REACH = f"""
import socket
for host in ("10.77.0.11", "10.77.0.12", "10.77.0.13", "{CONTROLLER}"):
    for port in (9093, 9094):
        with socket.socket() as wire:
            wire.settimeout(0.5)
            if wire.connect_ex((host, port)) == 0:
                print(host, port)
"""

FILL = CLIENT + """
producer = Producer({"bootstrap.servers": servers, "acks": 1, "batch.size": 900_000,
                     "linger.ms": 5, "queue.buffering.max.kbytes": 32_000,
                     "message.timeout.ms": 25000})
failed = []
end = time.monotonic() + 60
while not failed and time.monotonic() < end:  # however slowly the brokers take it
    try:
        producer.produce("orders", b"x" * 900_000, on_delivery=lambda e, m: e and failed.append(e))
    except BufferError:
        producer.poll(0.5)
    producer.poll(0)
print(producer.flush(10), "left,", len(failed), "failed")
"""

NODES = """
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


DISKS = """
import os
for row in open("/proc/mounts"):
    _, place, kind, *_ = row.split()
    if kind == "tmpfs" and place.startswith("/data/"):
        disk = os.statvfs(place)
        size = disk.f_blocks * disk.f_frsize
        print(place, size, size - disk.f_bfree * disk.f_frsize)
"""


@pytest.fixture(scope="module")
def cluster(runtime_home: Home, bait: HostBait) -> Iterator[Sandbox]:
    """Three brokers, a controller apart from them, and the tap; a topic of ours and a canary's."""
    install = install_kafka(runtime_home, lambda _text: None)
    with start_sandbox(runtime_home) as sandbox:
        boot = {"shape": SHAPE.to_dict(), "install": install.to_dict()}
        sandbox.request("boot", timeout_s=PATIENCE_S, **boot)
        assert as_platform(sandbox, MAKE) == ["done"]
        yield sandbox


def as_platform(sandbox: Sandbox, code: str, *argv: str) -> Any:
    """Run it where the platform's own clients run, past the tap, and return the JSON it prints."""
    command = entering_command(sandbox, "platform", [sys.executable, "-c", code, *argv])
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture
def learner(cluster: Sandbox, bait: HostBait) -> Iterator[Callable[..., Any]]:
    """Runs an attack in the jail; afterwards the same processes take acks=all everywhere."""
    before = look_inside(cluster, "bridge", NODES)
    assert before.count(",") == 3

    def run(code: str, *argv: str) -> str:
        code = f"import sys\nsys.argv[1:] = {list(argv)}\n{code}"
        ended = run_program(cluster, code, limits={"wall_s": 60})
        assert ended["exit"]["reason"] == "exited", ended
        assert ended["exit"]["code"] == 0, ended
        return str(ended["stdout"])

    yield run

    assert look_inside(cluster, "bridge", NODES) == before
    cluster.request("freeze", timeout_s=PATIENCE_S)
    cluster.request("thaw", timeout_s=PATIENCE_S)
    bait.assert_untouched()


REFUSED = "CLUSTER_AUTHORIZATION_FAILED"


@pytest.mark.parametrize("partitions", ["5000", "100000"])
def test_a_program_makes_alters_and_deletes_no_topic(
    learner: Callable[..., str], cluster: Sandbox, partitions: str
) -> None:
    said = json.loads(learner(ADMINISTER, partitions, partitions))

    assert said == {
        "create": [REFUSED],
        "grow": [REFUSED],
        "configure": [REFUSED] * 2,
        "records": [REFUSED],
        "delete": [REFUSED],
    }


def test_a_program_moves_no_leader_group_or_right(learner: Callable[..., str]) -> None:
    said = json.loads(learner(SECURE))

    # librdkafka's SCRAM request cannot be read to its end, and so breaks its connection.
    assert said.pop("scram") in ([REFUSED], ["_TRANSPORT"])
    assert said == {"acl": [REFUSED], "elect": [REFUSED], "group": [REFUSED]}


def test_a_program_ends_nobodys_transaction(learner: Callable[..., str], cluster: Sandbox) -> None:
    # It is the same request that a broker believes when it comes past the tap.
    assert b"orders".hex() + "01" in json.loads(learner(RAW))  # no partition of it
    assert b"orders".hex() + "02" in as_platform(cluster, RAW)


def test_a_program_is_no_follower(learner: Callable[..., str], cluster: Sandbox) -> None:
    # A leader counts as copied what a follower asks to continue from.
    assert json.loads(learner(FOLLOW)) == ""
    # Control: past the tap a broker answers.
    assert as_platform(cluster, FOLLOW) != ""


def test_a_program_writes_only_to_topics_of_its_lab(
    learner: Callable[..., str], cluster: Sandbox
) -> None:
    told = json.loads(learner(FORGE))

    assert told["orders"] is None
    assert told["canary-bad"] == told["__consumer_offsets"] == "TOPIC_AUTHORIZATION_FAILED"
    # Control: under that name a broker lets anybody write there.
    assert as_platform(cluster, FORGE) == dict.fromkeys(told)


def test_records_beyond_the_bounds_hurt_only_their_sender(learner: Callable[..., str]) -> None:
    broker_refuses, tap_resets = json.loads(learner(HUGE))

    assert broker_refuses == "MSG_SIZE_TOO_LARGE"
    assert tap_resets is not None


def test_thousands_of_connections_and_half_requests_pass_away(learner: Callable[..., str]) -> None:
    assert learner(CROWD) == "opened"


def test_it_reaches_no_port_of_controllers_and_replication(
    learner: Callable[..., str], cluster: Sandbox
) -> None:
    assert learner(REACH) == ""
    # Control: on the brokers' own bridge they all answer.
    there = look_inside(cluster, "platform", REACH).splitlines()
    assert f"{CONTROLLER} 9093" in there
    assert {f"10.77.0.{last} 9094" for last in (11, 12, 13)} <= set(there)


def test_control_past_the_tap_the_same_requests_are_obeyed(cluster: Sandbox) -> None:
    said = as_platform(cluster, ADMINISTER, "20", "4")

    assert as_platform(cluster, SECURE)["scram"] == ["done"]
    assert said == {
        "create": ["done"],
        "grow": ["done"],
        "configure": ["done"] * 2,
        "records": ["done"],
        "delete": ["done"],
    }


def test_it_fills_the_brokers_disks_and_nobody_elses(
    cluster: Sandbox, runtime_home: Home, bait: HostBait
) -> None:
    as_platform(cluster, MAKE)  # the control has deleted them

    ended = run_program(cluster, FILL, limits={"wall_s": 90})

    # Each disk is a tmpfs of a size: what is full is that, and not all records are taken.
    assert ended["stdout"] != "0 left, 0 failed", ended
    full = [row.split() for row in look_inside(cluster, "bridge", DISKS).splitlines()]
    assert len(full) >= 3
    assert all(int(size) <= SHAPE.data_bytes for _, size, _ in full)
    assert max(int(used) for _, _, used in full) > SHAPE.data_bytes // 2, full
    with start_sandbox(runtime_home) as neighbour:
        assert run_program(neighbour, "print('well')")["stdout"] == "well"
    bait.assert_untouched()
