"""A member of a group lives, and the coordinator no longer hears that it does."""

from __future__ import annotations

from typing import Any

from judge.inside.faults.tap_rule import TapRule
from judge.inside.run_state import RunState


class LostHeartbeats(TapRule):
    """Loses every heartbeat of a group until it is healed, in whichever protocol it is spoken.

    The member is expelled when its session is over, and does not know.
    """

    rule = "drop_request"

    def conditions(self, run: RunState) -> dict[str, Any]:
        """Whose heartbeats are meant: the group's that the scenario watches, or anybody's."""
        group = self._options["group"] or run.scenario.group
        wanted = {"group": group, "client_id": self._options["client_id"]}
        meant = {key: value for key, value in wanted.items() if value}
        return {"api": "heartbeat", "count": "all", **meant}
