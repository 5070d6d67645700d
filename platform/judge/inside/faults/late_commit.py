"""A program commits its offsets, and the coordinator hears of it late or never."""

from __future__ import annotations

from typing import Any

from judge.inside.faults.tap_rule import TapRule
from judge.inside.run_state import RunState


class LateCommit(TapRule):
    """Holds a commit of offsets on its way to the coordinator, inside a transaction or not.

    It has struck as soon as one is held. A program that dies meanwhile never has committed. `heal`
    lets it go.
    """

    rule = "hold_request"
    strikes_while_held = True

    def conditions(self, run: RunState) -> dict[str, Any]:
        """Whose offsets are meant."""
        group = self._options["group"] or run.scenario.group
        spread = run.rng.randrange(self._options["spread"] + 1)
        apis = ["offset_commit", "txn_offset_commit"]
        return {"api": apis, "group": group, "skip": self._options["skip"] + spread}

    def heal(self, run: RunState) -> dict[str, Any]:
        """Let it go; where all programs are dead, what they still had on the way goes with them.

        A program that is killed only closes its connections, so the commit would be sent on and
        be in force after all: a program that had not committed would look as if it had.
        """
        if all(program.exit is not None for program in run.learner.programs.values()):
            run.stage.tap.reset_connections("program-dead")
        return super().heal(run)
