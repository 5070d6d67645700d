"""Where a controller stands apart, brokers die together and it is a target of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from judge.errors import JudgeError

if TYPE_CHECKING:
    from sandboxes.rig import Rig

pytestmark = pytest.mark.brokers

CONTROLLER = {"target": "controller"}
PLACE = {"topic": "", "partition": 0, "count": 2}


def kill_two(run: Any, who: str) -> dict[str, Any]:
    """Kill two of three, wait until somebody leads, then start them again."""
    from judge.inside.faults import FAULTS
    from judge.inside.targets import find_target
    from judge.waiting import wait_until

    leader = find_target(run, {"target": "leader", **PLACE})
    fault = run.faults["deaths"] = FAULTS["kill_brokers"]({**PLACE, "who": who})
    proof = fault.inject(run)
    alive = list(run.alive_brokers())
    led = lambda: run.leader_of(run.topic) in run.alive_brokers()  # noqa: E731
    wait_until(led, 60, "nobody leads")
    started = FAULTS["start_broker"]({"killed": "deaths"}).inject(run)
    return {"leader": leader, "proof": proof, "alive": alive, "started": started}


def strike_controller(run: Any, name: str, options: dict[str, Any]) -> dict[str, Any]:
    """Strike the controller and heal."""
    from judge.inside.faults import FAULTS

    fault = FAULTS[name](options)
    proof = fault.inject(run)
    held = run.stage.brokers.alive(101)
    healed = fault.heal(run)
    assert run.stage.brokers.alive(101)
    return {"proof": proof, "held": held, "healed": healed, "broker": fault.broker}


def cut_from_controller(run: Any) -> dict[str, Any]:
    """Cut the leader from the controller alone, until another leads, and heal the cut."""
    from judge.fault_options import FAULT_OPTIONS
    from judge.fields import Fields
    from judge.inside.conditions import in_sync_again
    from judge.inside.injecting import heal, inject

    leader = run.leader_of(run.topic)
    keys = {"from": ["leader"], "to": ["controllers"], "ports": ["controller"]}
    options = FAULT_OPTIONS["partition_brokers"](Fields("scenario.toml", keys))
    inject(run, {"fault": "partition_brokers", "as": "cut", "text": "", "options": options})
    moved = lambda: run.leader_of(run.topic) not in (leader, None)  # noqa: E731
    run.wait_any(moved, 30, "the leader was not replaced")
    unheard = sorted(run.unheard())
    heal(run, "cut")
    run.wait_any(lambda: in_sync_again(run), 60, "the cluster did not become whole")
    return {"leader": leader, "unheard": unheard}


def slow_controller(run: Any) -> dict[str, Any]:
    """Put the controller far away, and near again."""
    from judge.inside.faults import FAULTS

    options = {"target": "controller", "latency_ms": 20.0, "jitter_ms": 0.0}
    fault = run.faults["far"] = FAULTS["slow_broker"](options)
    proof = fault.inject(run)
    return {"broker": fault.broker, "proof": proof, "healed": fault.heal(run)}


def kill_in_vain(run: Any) -> None:
    """Let one of the two survive the blow."""
    import os

    from judge.inside.faults import FAULTS

    brokers, kill = run.stage.brokers, os.kill
    brokers.kill = lambda i: 0
    os.kill = lambda pid, number: None
    try:
        FAULTS["kill_brokers"]({**PLACE, "who": "followers"}).inject(run)
    finally:
        del brokers.kill
        os.kill = kill


@pytest.mark.parametrize("who", ["leader_and_followers", "followers"])
def test_two_brokers_die_at_once_and_the_third_goes_on(rig_with_controller: Rig, who: str) -> None:
    seen = rig_with_controller.do(kill_two, who=who)

    assert len(seen["proof"]["brokers"]) == 2
    assert (seen["leader"] in seen["proof"]["brokers"]) == (who == "leader_and_followers")
    assert set(seen["alive"]) == {1, 2, 3} - set(seen["proof"]["brokers"])
    assert seen["started"]["started"] == seen["proof"]["brokers"]


@pytest.mark.parametrize(
    ("name", "options", "held"),
    [
        ("pause_broker", CONTROLLER, True),
        ("restart_broker", {**CONTROLLER, "how": "clean"}, False),
    ],
    ids=["pause", "restart"],
)
def test_the_controller_is_struck_and_comes_back(
    rig_with_controller: Rig, name: str, options: dict[str, Any], held: bool
) -> None:
    seen = rig_with_controller.do(strike_controller, name=name, options=options)

    assert seen["broker"] == seen["proof"]["controller"] == 101
    assert seen["held"] == held


def test_a_leader_that_the_controller_does_not_hear_is_replaced(rig_with_controller: Rig) -> None:
    seen = rig_with_controller.do(cut_from_controller)

    assert seen["unheard"] == [seen["leader"]]
    (proof,) = [op.detail for op in rig_with_controller.ops if op.f == "partition_brokers"][1:]
    assert proof["silent"] == [[seen["leader"], 101]]


def test_the_controller_is_far_away_for_a_while(rig_with_controller: Rig) -> None:
    seen = rig_with_controller.do(slow_controller)

    assert seen["broker"] == 101
    assert seen["proof"]["connect_ms"] >= 40 > seen["healed"]["connect_ms"]


def test_a_deed_without_effect_is_noticed(rig_with_controller: Rig) -> None:
    with pytest.raises(JudgeError) as failed:
        rig_with_controller.do(kill_in_vain)

    assert failed.value.code == "fault-had-no-effect"
