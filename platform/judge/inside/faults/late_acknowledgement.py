"""The broker appends a batch and says so, and the program hears of it late."""

from __future__ import annotations

from typing import Any

from judge.inside.faults.tap_rule import TapRule
from judge.inside.run_state import RunState


class LateAcknowledgement(TapRule):
    """Holds an acknowledgement, and all answers behind it on its connection, for `for_ms`.

    A program that is less patient than that sends again what is in the log already.
    """

    rule = "hold_response"

    def own_keys(self, run: RunState) -> dict[str, Any]:
        """How long it is held."""
        return {"api": "produce", "for_ms": self._options["for_ms"]}
