"""A cluster in a sandbox comes to health, freezes without a trace and thaws without a loss."""

from __future__ import annotations

import json
import os
import signal
from typing import Any

import pytest

from judge.bench.start import cpu_at_rest_s
from judge.errors import JudgeError
from judge.home import Home
from judge.kafka.installed import KafkaInstall
from judge.kafka.shape import Shape
from judge.sandbox.link import Sandbox, start_sandbox
from judge.sandbox.measured import broker_pids, brokers_pss_bytes, sandbox_cpu_s
from judge.waiting import wait_until
from sandboxes.programs import run_program

from .conftest import PATIENCE_S, boot

pytestmark = pytest.mark.brokers

CLIENT = """
import json, sys
from confluent_kafka import Consumer, Producer, TopicPartition
SERVERS = "10.77.0.11:9092,10.77.0.12:9092,10.77.0.13:9092"
TOPIC = "faultline-probe"

def write(label, count):
    told = []
    writer = Producer({"bootstrap.servers": SERVERS, "acks": "all", "linger.ms": 2})
    for n in range(count):
        writer.produce(TOPIC, f"{label}-{n}", partition=n % 3,
                       on_delivery=lambda e, m: told.append(m.value().decode()) if e is None else 0)
    writer.flush(60)
    return told

def read():
    reader = Consumer({"bootstrap.servers": SERVERS, "group.id": "g", "enable.partition.eof": True})
    reader.assign([TopicPartition(TOPIC, p, 0) for p in range(3)])
    found, ended = [], set()
    while len(ended) < 3:
        message = reader.poll(1)
        if message is not None and message.error():
            ended.add(message.partition())
        elif message is not None:
            found.append(message.value().decode())
    reader.close()
    return found

def brokers():
    return sorted(Producer({"bootstrap.servers": SERVERS}).list_topics(timeout=30).brokers)
"""


def ask(sandbox: Sandbox, expression: str) -> Any:
    """What a client in the jail gets for `expression`."""
    answer = run_program(
        sandbox, f"{CLIENT}\nprint(json.dumps({expression}))\n", limits={"wall_s": PATIENCE_S}
    )
    assert answer["exit"]["reason"] == "exited", answer
    assert answer["stdout"], answer
    return json.loads(answer["stdout"])


def test_it_comes_to_health_with_three_brokers(cluster: Sandbox) -> None:
    assert ask(cluster, "brokers()") == [1, 2, 3]


def test_a_booted_cluster_is_left_as_it_is(cluster: Sandbox, kafka: KafkaInstall) -> None:
    before = ask(cluster, "write('before', 30)")

    assert boot(cluster, kafka) == {}

    assert set(before) <= set(ask(cluster, "read()"))


def test_three_brokers_share_what_they_can_of_their_memory(cluster: Sandbox) -> None:
    assert 100e6 < brokers_pss_bytes(cluster) < 1e9


def test_freezing_and_thawing_loses_nothing(cluster: Sandbox) -> None:
    told = ask(cluster, "write('first', 300)")

    for number in range(3):
        cluster.request("freeze", timeout_s=PATIENCE_S)
        cluster.request("thaw", timeout_s=PATIENCE_S)
        told += ask(cluster, f"write('round{number}', 300)")

    assert len(told) == 1200
    found = ask(cluster, "read()")
    assert set(told) <= set(found)
    assert len(found) == len(set(found) - {"probe"}) + found.count("probe")


def test_a_frozen_cluster_uses_no_cpu(cluster: Sandbox) -> None:
    cluster.request("freeze", timeout_s=PATIENCE_S)
    before_s = cpu_at_rest_s(cluster)
    with pytest.raises(JudgeError, match="nothing is to come"):
        wait_until(lambda: False, 3, "nothing is to come")

    used_s = sandbox_cpu_s(cluster) - before_s

    cluster.request("thaw", timeout_s=PATIENCE_S)
    assert used_s == 0.0


def test_a_frozen_broker_that_died_fails_the_thaw(runtime_home: Home, kafka: KafkaInstall) -> None:
    with start_sandbox(runtime_home) as sandbox:
        boot(sandbox, kafka)
        sandbox.request("freeze", timeout_s=PATIENCE_S)
        os.kill(broker_pids(sandbox)[0], signal.SIGKILL)
        wait_until(lambda: len(broker_pids(sandbox)) == 2, 60, "The broker is still there.")

        with pytest.raises(JudgeError) as failed:
            sandbox.request("thaw", timeout_s=PATIENCE_S)

    assert failed.value.code == "cluster-not-healthy"


def test_a_broker_that_cannot_start_shows_the_end_of_its_log(
    runtime_home: Home, kafka: KafkaInstall
) -> None:
    shape = Shape(settings={"num.io.threads": "many"})

    with start_sandbox(runtime_home) as sandbox, pytest.raises(JudgeError) as failed:
        boot(sandbox, kafka, shape)

    assert failed.value.code == "broker-did-not-start"
    assert "num.io.threads" in failed.value.detail


def test_a_small_disk_that_is_full_is_a_full_disk(runtime_home: Home, kafka: KafkaInstall) -> None:
    with start_sandbox(runtime_home) as sandbox, pytest.raises(JudgeError) as failed:
        boot(sandbox, kafka, Shape(data_bytes=4096))

    assert "No space left" in failed.value.detail or "No space left" in failed.value.message
