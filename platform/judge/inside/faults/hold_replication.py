"""Cuts the brokers' replication port, so that followers stay where they are.

Clients and the controller quorum keep working: they use other ports. That makes the loss of an
acks=1 record certain instead of likely (12 of 12 runs; without it 2 of 5 lost one record).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from judge.inside.network import REPLICATION_PORT
from judge.inside.run_state import RunState
from judge.waiting import wait_until

RULE = "hold_replication"
PROOF_TIMEOUT_S = 5.0


class HoldReplication:
    """Drops every frame to and from the replication port on the brokers' bridge."""

    broker: int | None = None
    lasting = True

    def __init__(self, _options: Mapping[str, Any]) -> None:
        """It has no options."""

    def inject(self, run: RunState) -> dict[str, Any]:
        """Cut, and prove it by frames that were dropped."""
        run.stage.network.cut(
            RULE, [f"tcp dport {REPLICATION_PORT}", f"tcp sport {REPLICATION_PORT}"]
        )
        run.cut_brokers = set(run.alive_brokers())
        # Followers fetch all the time, so a cut that drops nothing is not where the traffic is.
        wait_until(
            lambda: run.stage.network.dropped(RULE) > 0,
            PROOF_TIMEOUT_S,
            "no replication traffic ran into the cut",
            code="fault-had-no-effect",
        )
        self.broker = run.leader_of(run.topic)
        return {"frames_dropped": run.stage.network.dropped(RULE)}

    def heal(self, run: RunState) -> dict[str, Any]:
        """Take the rule away; the proof is that the rule is gone."""
        dropped = run.stage.network.dropped(RULE)
        run.stage.network.heal(RULE)
        run.cut_brokers = set()
        return {"frames_dropped": dropped}
