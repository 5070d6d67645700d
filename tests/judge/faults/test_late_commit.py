"""A commit on its way: in force once it is let go, and never if the program died meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from sandboxes.rig import Rig

pytestmark = pytest.mark.brokers

COMMITTER = """
import os
from confluent_kafka import Consumer, Producer, TopicPartition
servers, topic = os.environ["BOOTSTRAP_SERVERS"], os.environ["TOPIC"]
producer = Producer({"bootstrap.servers": servers, "log_level": 0})
producer.produce(topic, "one")
producer.flush(20)
consumer = Consumer({"bootstrap.servers": servers, "group.id": os.environ["GROUP_ID"],
                     "log_level": 0})
consumer.commit(offsets=[TopicPartition(topic, 0, 1)], asynchronous=False)
"""
NOTHING = -1001
"""librdkafka's word for a partition of which nothing is committed."""


def let_go(run: Any, die: bool) -> int:
    """Hold a commit, kill the program if it shall die, heal, and ask what is committed."""
    from confluent_kafka import TopicPartition

    from judge.fault_options import FAULT_OPTIONS
    from judge.fields import Fields
    from judge.inside.clients import consumer
    from judge.inside.injecting import has_fired, heal, inject

    options = FAULT_OPTIONS["late_commit"](Fields("scenario.toml", {}))
    inject(run, {"fault": "late_commit", "as": "it", "text": "", "options": options})
    run.learner.start("one")
    run.wait_any(lambda: has_fired(run, "it"), 40, "nothing was held")
    if die:
        run.learner.kill("one")
    heal(run, "it")
    if not die:
        run.learner.programs["one"].wait(40)
    asker = consumer(run.bootstrap(), **{"group.id": run.scenario.group})
    (found,) = asker.committed([TopicPartition(run.topic, 0)], timeout=20)
    asker.close()
    return int(found.offset)


def test_a_late_commit_is_in_force_once_it_is_let_go(rig: Rig) -> None:
    assert rig.do(let_go, program=COMMITTER, die=False) == 1


def test_a_program_that_dies_with_its_commit_on_the_way_has_not_committed(rig: Rig) -> None:
    assert rig.do(let_go, program=COMMITTER, die=True) == NOTHING
    (healed,) = [op.detail or {} for op in rig.ops if op.f == "healed"]
    assert healed["events"][0]["released"] == "connection-closed"
