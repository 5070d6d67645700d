"""Cuts the brokers' replication port, so that followers stay where they are.

Clients and the controller quorum keep working: they use other ports. That makes the loss of an
acks=1 record certain instead of likely (12 of 12 runs; without it 2 of 5 lost one record).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from judge.inside.faults.node_cut import NodeCut, Sides
from judge.inside.run_state import RunState


class HoldReplication(NodeCut):
    """Drops every frame to and from the replication port, between all brokers that live."""

    def __init__(self, _options: Mapping[str, Any]) -> None:
        """It has no options."""
        super().__init__()

    def sides(self, run: RunState) -> Sides:
        """Everybody from everybody."""
        self.broker = run.leader_of(run.topic)
        everybody = run.alive_brokers()
        return Sides(everybody, everybody, ("replication",))
