"""The broker appends a batch and says so, and the program hears that it failed."""

from __future__ import annotations

from typing import Any

from judge.inside.faults.tap_rule import TapRule
from judge.inside.run_state import RunState


class LostAcknowledgement(TapRule):
    """Rewrites an acknowledgement on its way to the program into an error that asks for a retry.

    Nothing else is disturbed: a reset would take the answers of all other requests along.
    """

    rule = "rewrite_response"

    def own_keys(self, run: RunState) -> dict[str, Any]:
        """The error that is heard instead."""
        return {"api": "produce", "error": self._options["error"]}
