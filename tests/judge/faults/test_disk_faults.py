"""A broker's disk fills up or cannot be written to, and the broker ends because of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from judge.errors import JudgeError

if TYPE_CHECKING:
    from sandboxes.rig import Rig

pytestmark = pytest.mark.brokers

LEADER = {"target": "leader", "topic": "", "partition": 0}
FAULTS = pytest.mark.parametrize("name", ["disk_full", "dir_unwritable"])


def spoil(run: Any, name: str) -> dict[str, Any]:
    """Spoil the leader's disk, write to the others, mend it, and compare all logs."""
    from judge.inside.clients import producer
    from judge.inside.faults import FAULTS

    writer = producer(run.bootstrap())
    writer.produce(run.topic, b"before")
    assert writer.flush(30) == 0
    fault = FAULTS[name](LEADER)
    proof = fault.inject(run)
    alive = run.alive_brokers()
    writer = producer(run.bootstrap(), **{"message.timeout.ms": 60000})
    writer.produce(run.topic, b"meanwhile")
    left = writer.flush(60)
    healed = fault.heal(run)
    return {
        "broker": fault.broker,
        "proof": proof,
        "alive": alive,
        "left": left,
        "healed": healed,
        "ends": run.log_ends(run.topic),
    }


def spoil_in_vain(run: Any, name: str) -> None:
    """Mend it behind the fault's back, before the broker has noticed."""
    import judge.inside.faults.broken_log_dir as module
    from judge.inside.faults import FAULTS

    fault = FAULTS[name](LEADER)
    spoil, module.END_TIMEOUT_S = fault.spoil, 2.0

    def undone(run: Any, log_dir: Any) -> dict[str, Any]:
        run.stage.brokers.pause(fault.broker)
        proof = spoil(run, log_dir)
        fault.mend(log_dir)
        run.stage.brokers.resume(fault.broker)
        return proof

    fault.spoil = undone
    fault.inject(run)


def end_by_another_cause(run: Any, name: str) -> None:
    """Kill the broker instead of spoiling its disk."""
    from judge.inside.faults import FAULTS

    fault = FAULTS[name](LEADER)
    fault.spoil = lambda run, _: run.stage.brokers.kill(fault.broker) and {}
    fault.inject(run)


@pytest.mark.parametrize(
    ("name", "said"), [("disk_full", "No space left"), ("dir_unwritable", "denied")]
)
def test_a_broker_ends_with_its_disk_and_comes_back(rig: Rig, name: str, said: str) -> None:
    seen = rig.do(spoil, name=name, topic_settings={"min.insync.replicas": "2"})

    assert seen["proof"]["leader"] == seen["broker"]
    assert said in seen["proof"]["said"]
    assert seen["broker"] not in seen["alive"]
    assert len(seen["alive"]) == 2
    assert seen["left"] == 0, "the others take acks=all meanwhile"
    assert seen["healed"]["started"] == [seen["broker"]]
    assert set(seen["ends"].values()) == {2}


@FAULTS
def test_a_disk_that_the_broker_does_not_miss_is_noticed(rig: Rig, name: str) -> None:
    with pytest.raises(JudgeError) as failed:
        rig.do(spoil_in_vain, name=name)

    assert failed.value.code == "fault-had-no-effect"


def test_a_broker_that_ends_by_another_cause_is_noticed(rig: Rig) -> None:
    with pytest.raises(JudgeError) as failed:
        rig.do(end_by_another_cause, name="disk_full")

    assert failed.value.code == "fault-had-no-effect"
