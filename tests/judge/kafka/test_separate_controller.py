"""A cluster whose controller stands apart outlives the death of two brokers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from judge.errors import JudgeError
from judge.home import Home
from judge.inside.brokers import Brokers
from judge.kafka.installed import KafkaInstall
from judge.kafka.settings import Endpoint, broker_properties
from judge.kafka.shape import Shape, shape_from_dict
from sandboxes.inside import run_as_supervisor

from .conftest import PATIENCE_S

FOUR_AND_ONE = Shape(brokers=4, controllers=1)
ENDPOINTS = {i: Endpoint(f"10.77.0.{10 + i}") for i in FOUR_AND_ONE.node_ids}

SCENE = """
import json
from judge.inside.clients import admin, producer
from judge.inside.cluster import boot, freeze, settle, thaw, wait_registered
from judge.inside.network import bootstrap, build_network
from judge.inside.observers.quorum import quorum_of
from judge.inside.stage import Stage
from judge.inside.topics import create_topic

stage = Stage(say=lambda _message: None, network=build_network(range(1, 4)))
boot(stage, {shape}, {install})
brokers = stage.brokers
freeze(stage)
thaw(stage)
settle(stage)
found = {{"leader": quorum_of(brokers.data_dir(1)).leader, "nodes": brokers.live_node_ids}}
for dead in (1, 2):
    brokers.kill(dead)
settle(stage)
found["left"] = brokers.live_ids
client = admin(bootstrap(brokers.live_ids))
found["seen"] = sorted(client.list_topics(timeout=5).brokers)
create_topic(client, "after", [[3, 4]], {{"min.insync.replicas": "2"}})
told = []
writer = producer(bootstrap(brokers.live_ids))
writer.produce("after", b"x", on_delivery=lambda error, message: told.append(str(error)))
writer.flush(30)
found["told"] = told
for dead in (1, 2):
    brokers.start(dead)
wait_registered(brokers, 60)
settle(stage)
found["back"] = sorted(client.list_topics(timeout=5).brokers)
print(json.dumps(found))
"""


@pytest.fixture(scope="module")
def scene(runtime_home: Home, kafka: KafkaInstall) -> Any:
    """What the cluster was seen to do: frozen, thawed, two brokers killed and back again."""
    code = SCENE.format(shape=FOUR_AND_ONE.to_dict(), install=kafka.to_dict())
    return json.loads(run_as_supervisor(runtime_home, code, PATIENCE_S))


@pytest.mark.brokers
def test_it_boots_freezes_and_thaws_with_the_controller_apart(scene: Any) -> None:
    assert scene["nodes"] == [1, 2, 3, 4, 101]
    assert scene["leader"] == 101


@pytest.mark.brokers
def test_two_dead_brokers_take_no_quorum_along(scene: Any) -> None:
    assert scene["left"] == scene["seen"] == [3, 4]
    assert scene["told"] == ["None"]


@pytest.mark.brokers
def test_they_come_back(scene: Any) -> None:
    assert scene["back"] == [1, 2, 3, 4]


def test_a_controller_serves_no_client() -> None:
    found = broker_properties(FOUR_AND_ONE, 101, ENDPOINTS, Path("/d"))

    assert (found["process.roles"], found["node.id"]) == ("controller", "101")
    assert found["listeners"] == "CONTROLLER://10.77.0.111:9093"
    assert "advertised.listeners" not in found


def test_a_broker_beside_it_has_no_vote() -> None:
    found = broker_properties(FOUR_AND_ONE, 4, ENDPOINTS, Path("/d"))

    assert found["process.roles"] == "broker"
    assert found["listeners"] == "CLIENT://10.77.0.14:9092,REPL://10.77.0.14:9094"
    assert found["controller.quorum.voters"] == "101@10.77.0.111:9093"


def test_its_shape_is_another_and_survives_the_way_into_the_sandbox() -> None:
    assert FOUR_AND_ONE.key != Shape(brokers=4).key
    assert shape_from_dict(json.loads(json.dumps(FOUR_AND_ONE.to_dict()))) == FOUR_AND_ONE


@pytest.mark.parametrize("shape", [Shape(brokers=10), Shape(controllers=4)])
def test_more_nodes_than_addresses_are_refused(shape: Shape) -> None:
    with pytest.raises(JudgeError, match="has room for") as failed:
        Brokers(None, shape, None)  # type: ignore[arg-type]  # refused before either is used

    assert failed.value.code == "too-many-brokers"
