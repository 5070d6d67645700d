"""A broker that is rationed runs for its share of the time, and for all of it afterwards."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from judge.errors import JudgeError

if TYPE_CHECKING:
    from sandboxes.rig import Rig

pytestmark = pytest.mark.brokers

OPTIONS = {"target": "leader", "topic": "", "partition": 0, "percent": 10}
LOOKS = 200


def looks(pid: int) -> float:
    """In which part of so many looks the process stood still."""
    from judge.inside.process_figures import is_stopped
    from judge.waiting import wait_until

    seen: list[bool] = []
    wait_until(lambda: len(seen) >= LOOKS or seen.append(is_stopped(pid)), 60, "no looks")
    return sum(seen) / len(seen)


def ration(run: Any) -> dict[str, Any]:
    """Ration the leader, look from outside, write to it, let it run, and look again."""
    from judge.inside.clients import producer
    from judge.inside.faults import FAULTS

    fault = FAULTS["starve_cpu"](OPTIONS)
    proof = fault.inject(run)
    pid = run.stage.brokers.pid(fault.broker)
    held = looks(pid)
    writer = producer(run.bootstrap(), **{"message.timeout.ms": 60000})
    writer.produce(run.topic, b"x")
    left = writer.flush(60)
    healed = fault.heal(run)
    return {"proof": proof, "held": held, "left": left, "healed": healed, "after": looks(pid)}


def ration_in_vain(run: Any) -> None:
    """Let every signal go astray."""
    import signal

    from judge.inside.faults import FAULTS

    send = signal.pidfd_send_signal
    fault = FAULTS["starve_cpu"](OPTIONS)
    signal.pidfd_send_signal = lambda *_: None
    try:
        fault.inject(run)
    finally:
        signal.pidfd_send_signal = send
        fault.heal(run)


def ration_and_kill(run: Any) -> dict[str, Any]:
    """Kill the broker while it is rationed, then heal."""
    from judge.inside.faults import FAULTS

    fault = FAULTS["starve_cpu"](OPTIONS)
    fault.inject(run)
    run.stage.brokers.kill(fault.broker)
    return fault.heal(run)


def test_a_broker_stands_still_for_most_of_the_time_and_still_serves(rig: Rig) -> None:
    seen = rig.do(ration)

    assert seen["proof"]["let_run_percent"] <= 20
    assert seen["held"] > 0.5
    assert seen["left"] == 0
    assert seen["after"] == 0


def test_a_deed_without_effect_is_noticed(rig: Rig) -> None:
    with pytest.raises(JudgeError) as failed:
        rig.do(ration_in_vain)

    assert failed.value.code == "fault-had-no-effect"


def test_a_broker_may_die_while_it_is_rationed(rig: Rig) -> None:
    assert "let_run_percent" in rig.do(ration_and_kill)
