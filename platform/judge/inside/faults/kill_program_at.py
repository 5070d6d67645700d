"""Kills a learner's program between two steps of its own: with its next word on the wire."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from judge.inside.faults.kill_program import kill_program, running
from judge.inside.run_state import RunState
from judge.program_fault_options import MOMENTS

MOST_EVENTS = 8


class KillProgramAt:
    """SIGKILL while the request that the moment names is lost, or its answer.

    `before_…`: the program has sent it and the broker has not heard it. `after_…`: the broker has
    done it and the program does not know. The tap keeps every further one back as well, so the
    moment lasts until the program is dead, however late it is noticed.
    """

    broker: int | None = None
    lasting = True

    def __init__(self, options: Mapping[str, Any]) -> None:
        """Keys: see `judge.program_fault_options.kill_program_at`."""
        self._options = options
        self._name: str = options["program"]
        self._rule = ""

    def inject(self, run: RunState) -> dict[str, Any]:
        """Lie in wait; which of the occasions it is, is drawn from the seed as far as allowed."""
        running(run, self._name)
        options, (rule, apis) = self._options, MOMENTS[self._options["moment"]]
        skip = options["skip"] + run.rng.randrange(options["spread"] + 1)
        spec = {"rule": rule, "api": list(apis), "count": "all", "skip": skip}
        if options["client_id"]:
            spec["client_id"] = options["client_id"]
        self._rule = run.stage.tap.add_rule(spec)
        return {"moment": options["moment"], "id": self._rule, "skip": skip}

    def fired(self, run: RunState) -> bool:
        """Whether the moment is here, and the program still there."""
        program = run.learner.programs[self._name]
        return program.exit is None and run.stage.tap.rule_state(self._rule)["fired"] > 0

    def struck(self, run: RunState) -> dict[str, Any]:
        """Kill; proved by what was lost on the wire and by the end of the program."""
        proof = kill_program(run, self._name)
        lost = run.stage.tap.rule_state(self._rule)
        run.stage.tap.remove_rule(self._rule)
        events = [
            {"t_ms": run.clock.at(event["t_s"]), **{k: v for k, v in event.items() if k != "t_s"}}
            for event in lost["events"][:MOST_EVENTS]
        ]
        return {"moment": self._options["moment"], "lost": lost["fired"], "events": events, **proof}

    def heal(self, run: RunState) -> dict[str, Any]:
        """Take the tap's rule away, if it has not struck; the dead stay dead."""
        run.stage.tap.remove_rule(self._rule)
        return {"lost": run.stage.tap.rule_state(self._rule)["fired"]}
