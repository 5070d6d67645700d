"""Cuts one broker from every other node; clients still reach it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from judge.inside.cuts import PORTS
from judge.inside.faults.node_cut import NodeCut, Sides
from judge.inside.run_state import RunState
from judge.inside.targets import find_target


class IsolateBroker(NodeCut):
    """The target and the rest of the cluster do not hear each other.

    Clients still reach it: a leader that is isolated takes records with acks=1 until it learns
    that it leads no more, and that is what makes it dangerous.
    """

    def __init__(self, options: Mapping[str, Any]) -> None:
        """Keys: see `judge.target_options.target_options`."""
        super().__init__()
        self._options = options

    def sides(self, run: RunState) -> Sides:
        """The target, and all others that live."""
        hit = self.broker = find_target(run, self._options)
        others = tuple(n for n in run.stage.brokers.live_node_ids if n != hit)
        return Sides((hit,), others, tuple(PORTS))
