"""Brokers are killed, paused, taken down and brought back, each with its proof."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from judge.errors import JudgeError

if TYPE_CHECKING:
    from sandboxes.rig import Rig

pytestmark = pytest.mark.brokers

LEADER = {"target": "leader", "topic": "", "partition": 0}
FOLLOWER = {"target": "follower", "topic": "", "partition": 0}
GROUP = {"target": "group_coordinator", "of": "some-group"}
TRANSACTION = {"target": "txn_coordinator", "of": "some-transaction"}
CONTROLLER = {"target": "controller"}


def strike(run: Any, name: str, options: dict[str, Any]) -> dict[str, Any]:
    """Inject, look at the broker from outside, heal, look again."""
    from judge.inside.faults import FAULTS
    from judge.inside.rejoining import view_of

    fault = FAULTS[name](options)
    seen = {"proof": fault.inject(run), "broker": fault.broker}
    seen["answers_held"] = view_of(fault.broker) is not None
    seen["alive_held"] = run.stage.brokers.alive(fault.broker)
    seen["healed"] = fault.heal(run)
    # A client made just now has to find it first; a dead one is not waited for.
    patience_s = 30.0 if run.stage.brokers.alive(fault.broker) else 0.5
    seen["answers_after"] = view_of(fault.broker, patience_s) is not None
    return seen


def strike_in_vain(run: Any, name: str, options: dict[str, Any], deed: str, gives: Any) -> None:
    """Inject with the deed replaced by nothing: the proof has to miss it."""
    from judge.inside.faults import FAULTS

    brokers = run.stage.brokers
    setattr(brokers, deed, lambda *_: gives)
    try:
        FAULTS[name](options).inject(run)
    finally:
        delattr(brokers, deed)


def kill_and_start(run: Any, victims: dict[str, Any], killed: str) -> dict[str, Any]:
    """Kill, write what the dead one lacks, start it again, and compare the logs."""
    from judge.inside.clients import producer
    from judge.inside.faults import FAULTS

    name = victims.pop("fault")
    fault = run.faults["the-death"] = FAULTS[name](victims)
    proof = fault.inject(run)
    alive = list(run.alive_brokers())
    writer = producer(run.bootstrap())
    writer.produce(run.topic, b"while it was down")
    assert writer.flush(30) == 0
    starting = FAULTS["start_broker"]({"killed": killed})
    started = starting.inject(run)
    return {"proof": proof, "alive": alive, "started": started, "ends": run.log_ends(run.topic)}


def hit_the_wrong_one(run: Any, name: str, options: dict[str, Any]) -> None:
    """Let the fault take another broker for its target."""
    import sys

    from judge.inside.faults import FAULTS
    from judge.inside.targets import find_target

    follower = find_target(run, {"target": "follower", "topic": "", "partition": 0})
    module = sys.modules[FAULTS[name].__module__]
    module.find_target = lambda *_: follower
    try:
        FAULTS[name](options).inject(run)
    finally:
        module.find_target = find_target


@pytest.mark.parametrize(
    "target", [LEADER, FOLLOWER, CONTROLLER, GROUP, TRANSACTION], ids=lambda t: t["target"]
)
def test_a_paused_broker_stands_still_and_comes_back(rig: Rig, target: dict[str, Any]) -> None:
    seen = rig.do(strike, name="pause_broker", options=target)

    assert seen["proof"][target["target"]] == seen["broker"]
    assert seen["proof"]["ran_ns_while_stopped"] == 0
    assert seen["alive_held"]
    assert not seen["answers_held"]
    assert seen["answers_after"]
    assert seen["healed"]["signal"] == "SIGCONT"


@pytest.mark.parametrize("how", ["clean", "hard"])
def test_a_restarted_broker_is_gone_and_comes_back(rig: Rig, how: str) -> None:
    seen = rig.do(strike, name="restart_broker", options={**LEADER, "how": how})

    assert seen["proof"]["signal"] == {"clean": "SIGTERM", "hard": "SIGKILL"}[how]
    assert not seen["alive_held"]
    assert seen["healed"]["started"] == [seen["broker"]]
    assert seen["answers_after"]


@pytest.mark.parametrize("target", [FOLLOWER, CONTROLLER], ids=lambda t: t["target"])
def test_the_killed_broker_is_the_one_with_the_role(rig: Rig, target: dict[str, Any]) -> None:
    seen = rig.do(strike, name="kill_broker", options=target)

    assert seen["proof"][target["target"]] == seen["broker"]
    assert not seen["alive_held"]
    assert not seen["answers_after"]


@pytest.mark.parametrize("killed", ["the-death", ""], ids=["by name", "all that are down"])
def test_a_killed_broker_that_is_started_catches_up(rig: Rig, killed: str) -> None:
    seen = rig.do(kill_and_start, victims={"fault": "kill_broker", **LEADER}, killed=killed)

    assert len(seen["alive"]) == 2
    assert seen["started"]["started"] == [seen["proof"]["leader"]]
    assert set(seen["ends"].values()) == {1}


@pytest.mark.parametrize(
    ("name", "options", "deed", "gives"),
    [
        ("pause_broker", LEADER, "pause", None),
        ("restart_broker", {**LEADER, "how": "clean"}, "ask_to_stop", 1),
        ("restart_broker", {**LEADER, "how": "hard"}, "kill", 0),
        ("kill_broker", FOLLOWER, "kill", 0),
    ],
    ids=["pause", "clean restart", "hard restart", "kill"],
)
def test_a_deed_without_effect_is_noticed(
    rig: Rig, name: str, options: dict[str, Any], deed: str, gives: Any
) -> None:
    with pytest.raises(JudgeError) as failed:
        rig.do(strike_in_vain, name=name, options=options, deed=deed, gives=gives)

    assert failed.value.code == "fault-had-no-effect"


def test_nothing_to_start_is_noticed(rig: Rig) -> None:
    with pytest.raises(JudgeError) as failed:
        rig.do(strike, name="start_broker", options={"killed": ""})

    assert failed.value.code == "fault-had-no-effect"


@pytest.mark.parametrize("name", ["pause_broker", "restart_broker"])
def test_a_target_that_lost_its_role_is_noticed(rig: Rig, name: str) -> None:
    with pytest.raises(JudgeError) as failed:
        rig.do(hit_the_wrong_one, name=name, options={**LEADER, "how": "hard"})

    assert failed.value.code == "target-moved"
