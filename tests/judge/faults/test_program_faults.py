"""A learner's program is killed, started again and paused, with every process that it has made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from judge.errors import JudgeError

if TYPE_CHECKING:
    from sandboxes.rig import Rig

pytestmark = pytest.mark.brokers

PROGRAM = """
import os, signal, time
if os.fork() == 0:  # a daemon that ignores what can be ignored
    os.setsid()
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
while True:
    os.write(1, f"{os.getpid()} {time.monotonic_ns()}\\n".encode())  # whole, beside the daemon's
    time.sleep(0.01)
"""
BRIEF = "print('done')"
PROCESSES = 3
"""The jail's first process, the program and its daemon."""


def started(run: Any, least: int = PROCESSES) -> Any:
    """Start the program and wait until all of its processes are there."""
    from judge.waiting import wait_until

    run.learner.start()
    program = run.learner.programs["program"]
    wait_until(lambda: len(program.processes()) >= least, 60, "the program did not start")
    return program


def kill_and_start(run: Any) -> dict[str, Any]:
    """Kill it, look what is left, and start it again."""
    from pathlib import Path

    from judge.inside.faults import FAULTS

    before = started(run).processes()
    fault = FAULTS["kill_program"]({"program": "program"})
    proof = fault.inject(run)
    left = [pid for pid in before if Path(f"/proc/{pid}").exists()]
    over = run.learner.over()
    again = len(started(run).processes())
    return {"proof": proof, "left": left, "over": over, "again": again}


def pause(run: Any, then: str = "heal") -> dict[str, Any]:
    """Pause it; then heal, or kill it, or leave it to its wall clock."""
    import time

    from judge.inside.faults import FAULTS
    from judge.inside.process_figures import thread_states

    program = started(run)
    fault = FAULTS["pause_program"]({"program": "program"})
    proof = fault.inject(run)
    stopped_ns = time.monotonic_ns()
    states = sorted({s for pid in program.processes() for s in thread_states(pid)})
    if then == "wall clock":
        program.wait(60)
    if then == "kill":
        FAULTS["kill_program"]({"program": "program"}).inject(run)
    resumed_ns = time.monotonic_ns()
    healed = fault.heal(run)
    return {
        "proof": proof,
        "states": states,
        "stopped_ns": stopped_ns,
        "resumed_ns": resumed_ns,
        "healed": healed,
        "exit": program.exit.to_dict() if program.exit else None,
    }


def pause_in_vain(run: Any) -> None:
    """Wake every process as soon as it was stopped."""
    import os
    import signal

    import judge.inside.faults.pause_program as module
    from judge.inside.faults import FAULTS

    started(run)
    kill, module.PROOF_TIMEOUT_S = os.kill, 1.0
    try:
        os.kill = lambda pid, number: kill(pid, 0 if number == signal.SIGSTOP else number)
        FAULTS["pause_program"]({"program": "program"}).inject(run)
    finally:
        os.kill = kill


def kill_in_vain(run: Any) -> None:
    """Let the program have ended by itself, unnoticed until the very blow."""
    from judge.inside.exits import ProgramExit
    from judge.inside.faults import FAULTS

    started(run)
    kill = run.learner.kill
    run.learner.kill = lambda name: kill(name) and ProgramExit("exited", 1)
    FAULTS["kill_program"]({"program": "program"}).inject(run)


def strike_at_the_dead(run: Any, name: str) -> str:
    """Strike at a program that has ended by itself."""
    from judge.inside.cut_short import CutShort
    from judge.inside.faults import FAULTS

    run.learner.start()
    run.learner.programs["program"].wait(60)
    try:
        FAULTS[name]({"program": "program"}).inject(run)
    except CutShort as short:
        return short.reason
    return "struck"


def strike_at_nobody(run: Any, name: str) -> None:
    """Strike at a program that no step has started."""
    from judge.inside.faults import FAULTS

    FAULTS[name]({"program": "nobody"}).inject(run)


BOTH = pytest.mark.parametrize("name", ["kill_program", "pause_program"])


def test_nothing_of_a_killed_program_is_left_and_it_starts_again(rig: Rig) -> None:
    seen = rig.do(kill_and_start, program=PROGRAM)

    assert seen["proof"]["processes_before"] >= PROCESSES
    assert seen["left"] == []
    assert not seen["over"], "a program that we killed is no program that has ended"
    assert seen["again"] >= PROCESSES


def test_a_killed_program_is_not_taken_for_one_that_failed(rig: Rig) -> None:
    rig.do(kill_and_start, program=PROGRAM)

    ends = [(op.f, op.error) for op in rig.ops if op.source == "program" and op.f != "started"]
    assert ends == [("stopped", None), ("exit", "killed-by-us")]


def test_nothing_of_a_paused_program_runs_until_it_is_healed(rig: Rig) -> None:
    seen = rig.do(pause, program=PROGRAM)

    assert seen["states"] == ["T"]
    assert seen["proof"]["processes"] >= PROCESSES
    assert seen["healed"] == {"signal": "SIGCONT", "program": "program", "over": False}
    lines = [event.data["text"].split() for event in rig.events if event.kind == "output"]
    held = [at for _, at in lines if seen["stopped_ns"] < int(at) < seen["resumed_ns"]]
    assert held == []


def test_the_wall_clock_goes_on_while_a_program_is_paused(rig: Rig) -> None:
    seen = rig.do(pause, program=PROGRAM, limits={"wall_s": 12.0}, then="wall clock")

    assert seen["exit"]["reason"] == "wall-clock"
    assert seen["healed"]["over"]


def test_a_paused_program_can_be_killed(rig: Rig) -> None:
    seen = rig.do(pause, program=PROGRAM, then="kill")

    assert seen["exit"]["reason"] == "killed-by-us"
    assert seen["healed"]["over"]


@pytest.mark.parametrize("in_vain", [pause_in_vain, kill_in_vain])
def test_a_deed_without_effect_is_noticed(rig: Rig, in_vain: Any) -> None:
    with pytest.raises(JudgeError) as failed:
        rig.do(in_vain, program=PROGRAM)

    assert failed.value.code == "fault-had-no-effect"


@BOTH
def test_a_program_that_ended_by_itself_is_its_own_fault(rig: Rig, name: str) -> None:
    assert rig.do(strike_at_the_dead, program=BRIEF, name=name) == "program-over"


@BOTH
def test_a_program_that_was_never_started_is_the_authors(rig: Rig, name: str) -> None:
    with pytest.raises(JudgeError) as failed:
        rig.do(strike_at_nobody, name=name)

    assert failed.value.code == "no-such-target"
