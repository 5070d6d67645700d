"""Open transactions are seen by the stable end they hold back, and each one's life is read."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest
from confluent_kafka import KafkaException

from judge.inside.clients import producer
from judge.inside.observers.transaction_log import (
    STATES,
    TOPIC,
    TransactionState,
    read_transaction_log,
    transaction_ops,
)
from judge.inside.observers.transactions import StableEnds
from judge.waiting import wait_until

if TYPE_CHECKING:
    from ..conftest import Nodes
    from .conftest import Dump, MakeTopic, Ops, Produce

pytestmark = pytest.mark.brokers


@pytest.fixture
def topic(nodes: Nodes, ops: Ops, make_topic: MakeTopic) -> Iterator[str]:
    """A topic whose stable end is watched while the test lasts."""
    name = make_topic()
    watch = StableEnds(lambda: nodes.bootstrap, [(name, 0)], ops.append, ops.now_ms)
    watch.start()
    ops.wait(lambda: ops.of("stable_end", offset=0), "The empty topic was not seen.")
    yield name
    watch.stop()


@pytest.fixture
def writer(nodes: Nodes) -> tuple[str, Any]:
    """A transactional producer and its id."""
    name = f"txn-{uuid.uuid4().hex[:8]}"
    made = producer(nodes.bootstrap, **{"transactional.id": name})
    made.init_transactions(60)
    return name, made


def held_back(ops: Ops) -> list[tuple[int | None, int]]:
    ends = [(op.offset, (op.detail or {})["high_watermark"]) for op in ops.of("stable_end")]
    return [(stable, high) for stable, high in ends if stable is not None and stable < high]


def test_it_sees_an_open_transaction_hold_the_stable_end_back_and_let_it_go(
    topic: str, ops: Ops, writer: tuple[str, Any]
) -> None:
    _name, making = writer
    making.begin_transaction()
    making.produce(topic, b"one")
    making.flush(60)
    ops.wait(lambda: held_back(ops) == [(0, 1)], "The open transaction was not seen.")

    making.commit_transaction(60)

    ops.wait(lambda: ops.of("stable_end", offset=2), "The end of it was not seen.")
    assert (ops[-1].detail or {})["high_watermark"] == 2


def test_records_without_a_transaction_hold_nothing_back(
    topic: str, ops: Ops, produce: Produce
) -> None:
    for _ in range(20):
        produce(topic, 10)

    ops.wait(lambda: ops.of("stable_end", offset=200), "The records were not seen.")
    assert held_back(ops) == []


def test_a_partition_that_does_not_answer_at_the_end_is_noted_as_unknown(
    ops: Ops, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("judge.inside.observers.transactions.LAST_LOOK_TIMEOUT_S", 0.1)
    watch = StableEnds(lambda: "127.0.0.1:1", [("orders", 0)], ops.append, ops.now_ms)

    watch.stop()

    (op,) = ops
    assert (op.type, op.f, op.topic) == ("fail", "stable_end", "orders")
    assert op.error


def of(nodes: Nodes, name: str) -> list[TransactionState]:
    return [each for each in read_transaction_log(nodes) if each.transactional_id == name]


def states(nodes: Nodes, name: str) -> list[str]:
    return [each.state for each in of(nodes, name)]


def test_it_reads_how_each_transaction_went_on(
    nodes: Nodes, make_topic: MakeTopic, writer: tuple[str, Any]
) -> None:
    (name, making), topic = writer, make_topic()
    for end in (making.commit_transaction, making.abort_transaction):
        making.begin_transaction()
        making.produce(topic, b"one")
        making.flush(60)
        end(60)

    wait_until(lambda: len(of(nodes, name)) == 7, 60, "Not all states are on two disks.")

    told = of(nodes, name)
    assert [each.state for each in told] == [
        "Empty",
        *("Ongoing", "PrepareCommit", "CompleteCommit"),
        *("Ongoing", "PrepareAbort", "CompleteAbort"),
    ]
    assert told[1].partitions == ((topic, 0),)
    (op, *_rest) = transaction_ops(told, lambda wall_ms: wall_ms - told[0].wall_ms)
    assert (op.source, op.f, op.id, op.t_ms) == ("transaction", "state", name, 0.0)


def test_it_reads_who_fenced_whom(
    nodes: Nodes, make_topic: MakeTopic, writer: tuple[str, Any]
) -> None:
    (name, zombie), topic = writer, make_topic()
    zombie.begin_transaction()
    zombie.produce(topic, b"from before")
    zombie.flush(60)

    heir = producer(nodes.bootstrap, **{"transactional.id": name})
    heir.init_transactions(60)

    with pytest.raises(KafkaException):
        zombie.commit_transaction(60)
    wait_until(lambda: states(nodes, name)[-1] == "Empty", 60, "The heir's state is not there.")
    told = of(nodes, name)
    # The open transaction was aborted under a higher epoch, and the heir's is above the zombie's.
    assert "CompleteAbort" in [each.state for each in told]
    assert "CompleteCommit" not in [each.state for each in told]
    assert told[-1].producer_epoch > told[0].producer_epoch
    assert told[-1].producer_id == told[0].producer_id


def test_it_reads_what_kafkas_own_tool_reads(
    nodes: Nodes, make_topic: MakeTopic, writer: tuple[str, Any], dump: Dump
) -> None:
    name, making = writer
    making.begin_transaction()
    for number, topic in enumerate((make_topic(), make_topic([[1, 2, 3], [2, 3, 1]]))):
        making.produce(topic, b"one", partition=number)
    making.flush(60)
    making.commit_transaction(60)
    wait_until(lambda: len(of(nodes, name)) >= 4, 60, "Not all states are on two disks.")

    files = sorted(nodes.data_dir(1).glob(f"{TOPIC}-*/*.log"))
    lines = dump("--transaction-log-decoder", files=files)

    theirs = []
    for line in lines:
        if f'"transactionalId":"{name}"' in line:
            told = json.loads(line.split(" payload: ")[1])["data"]
            theirs.append(
                TransactionState(
                    wall_ms=told["transactionLastUpdateTimestampMs"],
                    transactional_id=name,
                    producer_id=told["producerId"],
                    producer_epoch=told["producerEpoch"],
                    state=STATES[told["transactionStatus"]],
                    timeout_ms=told["transactionTimeoutMs"],
                    partitions=tuple(
                        sorted(
                            (each["topic"], number)
                            for each in told["transactionPartitions"] or ()
                            for number in each["partitionIds"]
                        )
                    ),
                )
            )
    assert theirs == of(nodes, name)
    assert len(theirs) >= 4
