"""After a run its disks tell what happened in it, dated on its clock, and nothing from before."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

import pytest

from judge.inside.clients import producer
from judge.inside.observers.aftermath import note_aftermath
from judge.inside.observers.transaction_log import read_transaction_log
from judge.waiting import wait_until

if TYPE_CHECKING:
    from ..conftest import Nodes
    from .conftest import MakeTopic, Ops, Produce

pytestmark = pytest.mark.brokers


def transact(nodes: Nodes, topic: str) -> str:
    name = f"txn-{uuid.uuid4().hex[:8]}"
    writer = producer(nodes.bootstrap, **{"transactional.id": name})
    writer.init_transactions(60)
    writer.begin_transaction()
    writer.produce(topic, b"one")
    writer.commit_transaction(60)
    wait_until(
        lambda: (
            (name, "CompleteCommit")
            in [(each.transactional_id, each.state) for each in read_transaction_log(nodes)]
        ),
        60,
        "The transaction is not on two disks.",
    )
    return name


def test_it_tells_of_the_run_and_of_nothing_before_it(
    nodes: Nodes, ops: Ops, make_topic: MakeTopic, produce: Produce
) -> None:
    from_before = transact(nodes, make_topic())
    begun_ms = ops.now_ms()
    topic, other = make_topic(), make_topic()
    produce(topic, 10)
    name = transact(nodes, topic)

    note_aftermath(nodes, [(topic, 0)], ops.append, lambda: ops.now_ms() - begun_ms)

    assert {op.topic for op in ops if op.topic is not None} == {topic}
    assert other not in str(list(ops))
    assert from_before not in {op.id for op in ops}
    assert [(op.detail or {})["state"] for op in ops.of("state", id=name)] == [
        "Empty",
        "Ongoing",
        "PrepareCommit",
        "CompleteCommit",
    ]
    # Everything is dated within the run.
    assert all(0 <= op.t_ms <= ops.now_ms() - begun_ms for op in ops)
    assert {op.broker for op in ops.of("segments")} == {1, 2, 3}
    assert all((op.count or 0) > 0 for op in ops.of("segments"))
