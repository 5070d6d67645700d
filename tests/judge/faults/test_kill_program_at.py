"""A program dies between two steps of its own, and the brokers know just what they ought to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from judge.errors import JudgeError

if TYPE_CHECKING:
    from sandboxes.rig import Rig

pytestmark = pytest.mark.brokers

COMMITTER = """
import os
from confluent_kafka import Consumer
reader = Consumer({"bootstrap.servers": os.environ["BOOTSTRAP_SERVERS"],
                   "group.id": os.environ["GROUP_ID"], "auto.offset.reset": "earliest",
                   "enable.auto.commit": False})
reader.subscribe([os.environ["TOPIC"]])
while True:
    message = reader.poll(1)
    if message is not None and not message.error():
        reader.commit(message, asynchronous=False)
"""
TRANSACTOR = """
import os
from confluent_kafka import Producer
writer = Producer({"bootstrap.servers": os.environ["BOOTSTRAP_SERVERS"],
                   "transactional.id": "some-transaction"})
writer.init_transactions()
while True:
    writer.begin_transaction()
    writer.produce(os.environ["TOPIC"], b"x")
    writer.commit_transaction()
"""
RECORDS = 20


def strike(run: Any, moment: str, skip: int) -> dict[str, Any]:
    """Fill the topic, start the program, kill it at its moment, and ask what the group has."""
    from judge.inside.clients import producer
    from judge.inside.faults import FAULTS
    from judge.inside.observers.coordinator import Coordinators
    from judge.waiting import wait_until

    writer = producer(run.bootstrap())
    for _ in range(RECORDS if "commit" in moment else 0):
        writer.produce(run.topic, b"x")
    assert writer.flush(30) == 0
    run.learner.start()
    options = {"program": "program", "moment": moment, "skip": skip, "spread": 0, "client_id": ""}
    fault = FAULTS["kill_program_at"](options)
    fault.inject(run)
    wait_until(lambda: fault.fired(run), 60, "the moment did not come")
    proof = fault.struck(run)
    fault.heal(run)
    if moment == "after_end_txn":  # a coordinator answers first and writes the marker then
        ends = 2 * (skip + 1)
        wait_until(lambda: max(run.log_ends(run.topic).values()) >= ends, 60, "no marker came")
    coordinators = Coordinators(run.bootstrap, 30)
    group = coordinators.ask(run.scenario.group)
    coordinators.close()
    return {
        "proof": proof,
        "runs": run.learner.programs["program"].exit is None,
        "committed": list(group.committed.values()),
        "ends": run.log_ends(run.topic),
        "readable": readable(run),
    }


def readable(run: Any) -> int:
    """How many records of the topic a reader of committed records gets to see."""
    from confluent_kafka import TopicPartition

    from judge.inside.clients import consumer

    settings = {"group.id": "reader", "enable.partition.eof": True}
    reader = consumer(run.bootstrap(), **settings, **{"isolation.level": "read_committed"})
    reader.assign([TopicPartition(run.topic, 0, 0)])
    count = 0
    while True:
        message = reader.poll(30)
        assert message is not None
        if message.error():
            break
        count += 1
    reader.close()
    return count


def play(run: Any) -> bool:
    """The same as steps of a scenario; the program starts again and goes on."""
    from judge.inside.clients import producer
    from judge.inside.steps import VERBS
    from judge.waiting import wait_until

    start = {"name": "program", "entry": "", "text": ""}
    options = {"program": "program", "moment": "before_commit", "spread": 2, "client_id": ""}
    fault = {"fault": "kill_program_at", "as": "death", "text": "", "optional": False}
    wait = {"for": "fault_fired", "fault": "death", "timeout_s": 60.0, "blame": "judge"}
    VERBS["start_program"](run, start)
    VERBS["inject"](run, {**fault, "options": {**options, "skip": 1}})
    # Only now, or the program may have committed them all while the cluster settled.
    writer = producer(run.bootstrap())
    for _ in range(RECORDS):
        writer.produce(run.topic, b"x")
    assert writer.flush(30) == 0
    VERBS["wait"](run, wait)
    VERBS["start_program"](run, start)
    program = run.learner.programs["program"]
    wait_until(lambda: program.processes(), 60, "the program did not start again")
    return program.exit is None


def strike_in_vain(run: Any) -> None:
    """Let the program end by itself between the moment and the blow."""
    from judge.inside.exits import ProgramExit

    kill = run.learner.kill
    run.learner.kill = lambda name: kill(name) and ProgramExit("exited", 1)
    strike(run, "before_commit", 0)


@pytest.mark.parametrize(("moment", "committed"), [("before_commit", [3]), ("after_commit", [4])])
def test_a_consumer_dies_on_either_side_of_its_fourth_commit(
    rig: Rig, moment: str, committed: list[int]
) -> None:
    seen = rig.do(strike, program=COMMITTER, moment=moment, skip=3)

    assert seen["committed"] == committed
    assert not seen["runs"]
    assert seen["proof"]["events"][0]["api"] == "offset_commit"


@pytest.mark.parametrize(("moment", "readable"), [("before_end_txn", 2), ("after_end_txn", 3)])
def test_a_producer_dies_on_either_side_of_the_end_of_its_third_transaction(
    rig: Rig, moment: str, readable: int
) -> None:
    seen = rig.do(strike, program=TRANSACTOR, moment=moment, skip=2)

    assert seen["readable"] == readable
    # Three records, and a marker for each transaction that the coordinator heard the end of.
    assert max(seen["ends"].values()) == 3 + readable


def test_a_producer_dies_with_its_batch_in_the_log_and_no_answer(rig: Rig) -> None:
    seen = rig.do(strike, program=TRANSACTOR, moment="after_append", skip=0)

    assert max(seen["ends"].values()) == 1
    assert seen["readable"] == 0


def test_it_is_a_step_of_a_scenario_and_its_proof_is_in_the_history(rig: Rig) -> None:
    assert rig.do(play, program=COMMITTER)

    noted = [op for op in rig.ops if op.source == "fault" and op.f == "kill_program_at"]
    assert [op.type for op in noted] == ["invoke", "ok"]
    assert noted[1].detail["processes_left"] == 0
    assert noted[1].detail["events"][0]["group"].startswith("g")


def test_a_deed_without_effect_is_noticed(rig: Rig) -> None:
    with pytest.raises(JudgeError) as failed:
        rig.do(strike_in_vain, program=COMMITTER)

    assert failed.value.code == "fault-had-no-effect"
