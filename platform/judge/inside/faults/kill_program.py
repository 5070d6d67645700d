"""Kills a learner's program without a warning, as a machine that loses power does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from judge.errors import JudgeError
from judge.inside.cut_short import CutShort
from judge.inside.proving import NO_EFFECT
from judge.inside.run_state import RunState


class KillProgram:
    """SIGKILL to everything in the program's jail; `start_program` starts it again, from nothing.

    When it strikes is the scenario's to say, by the wait before it.
    """

    broker: int | None = None
    lasting = False

    def __init__(self, options: Mapping[str, Any]) -> None:
        """Keys: see `judge.program_fault_options.program_options`."""
        self._name: str = options["program"]

    def inject(self, run: RunState) -> dict[str, Any]:
        """Kill; proved by the end of the jail's first process, which the kernel lets go last.

        Raises CutShort when it has ended by itself: that is the program's own doing.
        """
        proof = kill_program(run, self._name)
        return {"signal": "SIGKILL", **proof}

    def heal(self, _run: RunState) -> dict[str, Any]:
        """Nothing: what was in its memory is gone."""
        return {"stays_dead": self._name}


def kill_program(run: RunState, name: str) -> dict[str, Any]:
    """End the program `name` and prove it; raises CutShort when it has ended by itself.

    Raises:
        JudgeError: "no-such-target" when no program of that name was started,
            "fault-had-no-effect" when it ended just before the blow.
    """
    running(run, name)
    left = len(run.learner.programs[name].processes())
    ended = run.learner.kill(name)
    if ended.reason != "killed-by-us":
        raise JudgeError(NO_EFFECT, f"the program {name} had ended before it was killed")
    return {"program": name, "processes_before": left, "processes_left": 0}


def running(run: RunState, name: str) -> None:
    """Do nothing when the program `name` runs. Raises as `kill_program` does."""
    program = run.learner.programs.get(name)
    if program is None:
        raise JudgeError("no-such-target", f"no program {name} was started")
    if program.exit is not None:
        raise CutShort("program-over", f"the program {name} ended while it was still needed")
