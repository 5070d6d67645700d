"""Cuts any set of nodes from any other, wholly or on some ports, both ways or one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from judge.inside.faults.node_cut import NodeCut, Sides
from judge.inside.run_state import RunState
from judge.inside.sides import find_sides


class PartitionBrokers(NodeCut):
    """A partition of the network between the brokers; clients still reach all of them.

    One way means that `from` cannot call `to`, while `to` can call `from`.
    """

    def __init__(self, options: Mapping[str, Any]) -> None:
        """Keys: see `judge.network_fault_options.partition_brokers`."""
        super().__init__()
        self._options = options

    def sides(self, run: RunState) -> Sides:
        """Whoever has the roles now."""
        first, second = find_sides(run, self._options)
        self.broker = first[0] if len(first) == 1 else None
        return Sides(first, second, tuple(self._options["ports"]), self._options["one_way"])
