"""Every connection of the program breaks at once, as when a router between forgets them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from judge.errors import JudgeError
from judge.inside.faults.tap_rule import MOST_EVENTS
from judge.inside.run_state import RunState
from judge.inside.targets import find_target


class ResetConnections:
    """TCP resets on the program's side, to every broker or to one; new connections live."""

    broker: int | None = None
    lasting = False

    def __init__(self, options: Mapping[str, Any]) -> None:
        """Keys: see `judge.tap_fault_options.reset_connections`."""
        self._options = options

    def inject(self, run: RunState) -> dict[str, Any]:
        """Break them; the proof is how many were open and are no more."""
        spec: dict[str, Any] = {"rule": "reset"}
        if self._options:
            self.broker = spec["broker"] = find_target(run, self._options)
        state = run.stage.tap.rule_state(run.stage.tap.add_rule(spec))
        if not state["fired"]:
            raise JudgeError("fault-had-no-effect", "the program had no connection to break")
        broken = [
            {key: event[key] for key in ("connection", "broker", "client")}
            for event in state["events"][:MOST_EVENTS]
        ]
        return {"connections": state["fired"], "broken": broken}

    def heal(self, run: RunState) -> dict[str, Any]:
        """Nothing: it was over once it was done."""
        return {}
