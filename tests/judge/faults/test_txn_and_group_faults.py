"""Decisions that come late or never, members that nobody hears: what becomes of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from sandboxes.rig import Rig

pytestmark = pytest.mark.brokers

WRITER = """
import json, os
from confluent_kafka import KafkaException, Producer
me = os.environ["INSTANCE"]
def say(status):
    print(json.dumps({"order_id": me, "status": status}), flush=True)
producer = Producer({"bootstrap.servers": os.environ["BOOTSTRAP_SERVERS"],
                     "transactional.id": "the-one", "log_level": 0,
                     "transaction.timeout.ms": 20000})
producer.init_transactions(30)
producer.begin_transaction()
producer.produce(os.environ["TOPIC"], me)
producer.flush(20)
try:
    producer.commit_transaction(30)
    say("accepted")
except KafkaException:
    say("refused")
"""

MEMBER = """
import json, os
from confluent_kafka import Consumer
def assigned(consumer, parts):
    print(json.dumps({"order_id": "joined", "status": "accepted"}), flush=True)
consumer = Consumer({"bootstrap.servers": os.environ["BOOTSTRAP_SERVERS"], "log_level": 0,
                     "group.id": os.environ["GROUP_ID"], **%s})
consumer.subscribe([os.environ["TOPIC"]], on_assign=assigned)
while True:
    consumer.poll(0.2)
"""

CLASSIC = {"group.protocol": "classic", "session.timeout.ms": 2000, "heartbeat.interval.ms": 300}
NEW = {"group.protocol": "consumer"}


def values(run: Any, isolation: str) -> list[str]:
    """What a reader of that kind finds in the topic up to its end."""
    from confluent_kafka import TopicPartition

    from judge.inside.clients import consumer

    settings = {"group.id": "read", "enable.partition.eof": True, "isolation.level": isolation}
    reader = consumer(run.bootstrap(), **settings)
    reader.assign([TopicPartition(run.topic, 0, 0)])
    found = []
    while (message := reader.poll(10)) is not None and not message.error():
        found.append(message.value().decode())
    reader.close()
    return found


def begin(run: Any, name: str, keys: dict[str, Any]) -> None:
    from judge.fault_options import FAULT_OPTIONS
    from judge.fields import Fields
    from judge.inside.injecting import inject

    options = FAULT_OPTIONS[name](Fields("scenario.toml", keys))
    inject(run, {"fault": name, "as": "it", "text": "", "options": options})


def zombie(run: Any) -> dict[str, Any]:
    """Hold the first writer's commit, let an heir take its place, and let the commit go."""
    from judge.inside.injecting import has_fired, heal

    begin(run, "late_end_txn", {"transactional_id": "the-one"})
    run.learner.start("old")
    run.wait_any(lambda: has_fired(run, "it"), 40, "nothing was held")
    run.learner.start("heir")
    run.wait_any(lambda: run.learner.answers.accepted, 40, "the heir did not commit")
    heal(run, "it")
    run.wait_any(lambda: run.learner.answers.refused, 40, "the old one was not fenced")
    return {"committed": values(run, "read_committed"), "all": values(run, "read_uncommitted")}


def test_a_late_decision_is_fenced_by_an_heir(rig: Rig) -> None:
    seen = rig.do(zombie, program=WRITER)

    assert seen == {"committed": ["heir"], "all": ["old", "heir"]}
    told = [op.type for op in rig.ops if op.f == "late_end_txn"]
    assert told == ["invoke", "ok"]
    (healed,) = [op.detail or {} for op in rig.ops if op.f == "healed"]
    assert healed["events"][0]["released"] == "removed"


def hanging(run: Any) -> dict[str, Any]:
    """Lose the commit and read what a reader of committed records is shown meanwhile."""
    from judge.inside.injecting import has_fired

    begin(run, "lost_end_txn", {})
    run.learner.start("old")
    run.wait_any(lambda: has_fired(run, "it"), 40, "nothing was lost")
    return {"committed": values(run, "read_committed"), "all": values(run, "read_uncommitted")}


def test_a_lost_decision_leaves_the_transaction_hanging(rig: Rig) -> None:
    seen = rig.do(hanging, program=WRITER)

    assert seen == {"committed": [], "all": ["old"]}


def unheard_member(run: Any) -> dict[str, Any]:
    """Lose a member's heartbeats until the coordinator has expelled it, and then no more."""
    from judge.inside.injecting import has_fired, heal
    from judge.inside.observers.groups import Groups

    seen: list[Any] = []
    watch = Groups(run.bootstrap, [run.scenario.group], seen.append, run.now_ms)
    watch.start()

    def members() -> set[str]:
        """Who is in the group now."""
        told = [op.detail["members"] for op in seen if op.f == "members"]
        return {member["id"] for member in told[-1]} if told else set()

    run.learner.start()
    run.wait_any(lambda: run.learner.answers.accepted and members(), 60, "nobody joined")
    first = members()
    begin(run, "lost_heartbeats", {})
    run.wait_any(lambda: has_fired(run, "it"), 20, "no heartbeat was lost")
    # It joins anew under another id, or, where heartbeats are what it joins by, not at all.
    run.wait_any(lambda: members() != first, 30, "the member was not expelled")
    heal(run, "it")
    run.wait_any(lambda: len(members()) == 1, 30, "it did not join anew")
    watch.stop()
    return {"members": len(first)}


@pytest.mark.parametrize("protocol", [CLASSIC, NEW], ids=["classic", "kip-848"])
def test_a_member_whose_heartbeats_are_lost_is_expelled(
    rig: Rig, protocol: dict[str, Any]
) -> None:
    seen = rig.do(unheard_member, program=MEMBER % protocol)

    assert seen["members"] == 1
    assert [op.type for op in rig.ops if op.f == "lost_heartbeats"] == ["invoke", "ok"]
