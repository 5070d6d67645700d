"""Broker properties, meta.properties and shapes are what Kafka and the sandbox expect."""

from __future__ import annotations

import base64
import json
from pathlib import Path

from judge.kafka.installed import KafkaInstall, install_from_dict
from judge.kafka.settings import Endpoint, broker_properties, properties_text
from judge.kafka.shape import Shape, shape_from_dict
from judge.kafka.storage import format_directory, meta_properties, random_id

ENDPOINTS = {i: Endpoint(f"10.77.0.{10 + i}") for i in (1, 2, 3)}


def test_it_gives_clients_replication_and_controllers_a_port_each() -> None:
    found = broker_properties(Shape(), 2, ENDPOINTS, Path("/data/b2/data"))

    assert found["listeners"] == (
        "CLIENT://10.77.0.12:9092,REPL://10.77.0.12:9094,CONTROLLER://10.77.0.12:9093"
    )
    assert found["advertised.listeners"] == "CLIENT://10.77.0.12:9092,REPL://10.77.0.12:9094"
    assert found["inter.broker.listener.name"] == "REPL"
    assert found["controller.quorum.voters"] == (
        "1@10.77.0.11:9093,2@10.77.0.12:9093,3@10.77.0.13:9093"
    )


def test_it_lets_a_lab_override_any_setting() -> None:
    shape = Shape(settings={"replica.lag.time.max.ms": "2000", "num.io.threads": "5"})

    found = broker_properties(shape, 1, ENDPOINTS, Path("/d"))

    assert (found["replica.lag.time.max.ms"], found["num.io.threads"]) == ("2000", "5")


def test_it_never_creates_topics_elects_uncleanly_or_moves_leaders_by_itself() -> None:
    found = broker_properties(Shape(), 1, ENDPOINTS, Path("/d"))

    assert found["auto.create.topics.enable"] == "false"
    assert found["unclean.leader.election.enable"] == "false"
    assert found["auto.leader.rebalance.enable"] == "false"


def test_one_broker_alone_replicates_its_own_topics_once() -> None:
    found = broker_properties(Shape(brokers=1), 1, {1: ENDPOINTS[1]}, Path("/d"))

    assert found["offsets.topic.replication.factor"] == "1"
    assert found["transaction.state.log.min.isr"] == "1"


def test_it_writes_properties_a_line_each() -> None:
    assert properties_text({"a.b": "1", "c": "x,y"}) == "a.b=1\nc=x,y\n"


def test_ids_are_uuids_that_no_tool_takes_for_an_option() -> None:
    ids = [random_id() for _ in range(500)]

    assert all(len(base64.urlsafe_b64decode(text + "==")) == 16 for text in ids)
    assert not any(text.startswith("-") for text in ids)


def test_it_writes_meta_properties_as_the_formatter_does() -> None:
    assert meta_properties("CLUSTER", "DIRECTORY", 3) == (
        "cluster.id=CLUSTER\ndirectory.id=DIRECTORY\nnode.id=3\nversion=1\n"
    )


def test_it_formats_a_directory_with_a_copy_of_the_checkpoint(tmp_path: Path) -> None:
    checkpoint = tmp_path / "bootstrap.checkpoint"
    checkpoint.write_bytes(b"features")

    format_directory(tmp_path / "data", "CLUSTER", 1, checkpoint)

    assert (tmp_path / "data" / "bootstrap.checkpoint").read_bytes() == b"features"
    assert "cluster.id=CLUSTER" in (tmp_path / "data" / "meta.properties").read_text()


def test_a_shape_survives_the_way_into_the_sandbox() -> None:
    shape = Shape(2, 1 << 20, {"a": "b"})

    assert shape_from_dict(json.loads(json.dumps(shape.to_dict()))) == shape


def test_shapes_with_the_same_settings_have_the_same_key() -> None:
    assert Shape(settings={"a": "1", "b": "2"}).key == Shape(settings={"b": "2", "a": "1"}).key
    assert Shape(settings={"a": "1"}).key != Shape().key


def test_an_install_survives_the_way_into_the_sandbox() -> None:
    install = KafkaInstall(Path("/j"), "/a.jar:/b.jar", Path("/l"), Path("/c"), Path("/x.aot"))

    assert install_from_dict(json.loads(json.dumps(install.to_dict()))) == install


def test_a_broker_without_archive_is_started_without_one() -> None:
    install = KafkaInstall(Path("/j"), "/a.jar", Path("/l"), Path("/c"), None)

    words = install.command(Path("/s.properties"))

    assert not any(word.startswith("-XX:AOTCache") for word in words)
