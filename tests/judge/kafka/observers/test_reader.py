"""Topics are read back from the first record that is still there to the end the broker reports."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from confluent_kafka import TopicPartition

from judge.inside.clients import admin
from judge.inside.reader import Reading, read_back

if TYPE_CHECKING:
    from ..conftest import Nodes
    from .conftest import MakeTopic, Ops, Produce


def number_of(value: bytes | None) -> str | None:
    """The records that `produce` writes are ours, but for number 7."""
    name = (value or b"").decode()
    return None if name == "value-7" else name


def delete_before(nodes: Nodes, topic: str, offset: int) -> None:
    client = admin(nodes.bootstrap)  # kept: what it promises dies with it
    (deleted,) = client.delete_records([TopicPartition(topic, 0, offset)]).values()
    assert deleted.result(60).low_watermark == offset


@pytest.fixture
def run(nodes: Nodes, ops: Ops) -> Any:
    """As much of a run as reading needs."""
    return SimpleNamespace(
        bootstrap=lambda: nodes.bootstrap, note=ops.append, now_ms=ops.now_ms, leaders={}
    )


@pytest.mark.brokers
def test_it_notes_every_record_of_ours_and_the_end_of_each_partition(
    run: Any, ops: Ops, make_topic: MakeTopic, produce: Produce
) -> None:
    topic = make_topic([[1, 2, 3], [2, 3, 1]])
    produce(topic, 10, partition=1)

    read_back(run, {topic: Reading("reader", number_of, 2)})

    (read,) = ops.of("read")
    kept = [0, 1, 2, 3, 4, 5, 6, 8, 9]
    assert (read.source, read.topic, read.partition) == ("reader", topic, 1)
    assert read.ids == [f"value-{n}" for n in kept]
    assert read.detail == {"offsets": kept}
    assert sorted((op.partition, op.offset) for op in ops.of("read_end")) == [(0, 0), (1, 10)]


@pytest.mark.brokers
@pytest.mark.parametrize(
    ("count", "deleted", "read"),
    [(10, 4, [{"offsets": [4, 5, 6, 8, 9]}]), (3, 3, [])],
    ids=["some", "all"],
)
def test_it_begins_at_the_first_record_that_was_not_deleted(
    run: Any,
    ops: Ops,
    nodes: Nodes,
    make_topic: MakeTopic,
    produce: Produce,
    count: int,
    deleted: int,
    read: list[dict[str, Any]],
) -> None:
    topic = make_topic()
    produce(topic, count)
    delete_before(nodes, topic, deleted)

    read_back(run, {topic: Reading("reader", number_of)})

    assert [op.detail for op in ops.of("read")] == read
    assert [op.offset for op in ops.of("read_end")] == [count]


@pytest.mark.brokers
def test_it_does_not_believe_an_end_below_what_the_leader_has_written(
    run: Any, ops: Ops, make_topic: MakeTopic, produce: Produce
) -> None:
    topic = make_topic()
    produce(topic, 3)
    written = 3

    def log_ends(_topic: str, _partition: int) -> dict[int, int]:
        nonlocal written
        if written == 3:  # the reader has come to the end of what was there
            produce(topic, 2)
            written = 5
        return {1: written}

    run.leaders, run.log_ends = {(topic, 0): 1}, log_ends

    read_back(run, {topic: Reading("reader", number_of)})

    offsets = [offset for op in ops.of("read") for offset in (op.detail or {})["offsets"]]
    assert offsets == [0, 1, 2, 3, 4]
    assert [op.offset for op in ops.of("read_end")] == [5]


@pytest.mark.brokers
def test_it_ends_where_nothing_more_becomes_readable(
    run: Any, ops: Ops, make_topic: MakeTopic, produce: Produce
) -> None:
    topic = make_topic()
    produce(topic, 3)
    run.leaders, run.log_ends = {(topic, 0): 1}, lambda _topic, _partition: {1: 9}

    read_back(run, {topic: Reading("reader", number_of)})

    assert [op.offset for op in ops.of("read_end")] == [3]
