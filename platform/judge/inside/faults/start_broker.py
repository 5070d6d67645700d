"""Starts brokers again that an earlier fault killed: their disks were not burnt after all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from judge.inside.bringing_back import bring_back
from judge.inside.proving import prove
from judge.inside.run_state import RunState


class StartBroker:
    """Every broker that is down, or those that one fault killed, each with the disk it left."""

    broker: int | None = None
    lasting = False

    def __init__(self, options: Mapping[str, Any]) -> None:
        """Keys: see `judge.broker_fault_options.start_broker`."""
        self._killed: str = options["killed"]

    def inject(self, run: RunState) -> dict[str, Any]:
        """Start them; proved by their answers and their places in the ISR."""
        down = self._down(run)
        prove(run, lambda: bool(down), 0, "no broker is down that could be started")
        proof = bring_back(run, down)
        if len(down) == 1:
            self.broker = down[0]
        return proof

    def heal(self, _run: RunState) -> dict[str, Any]:
        """Nothing: it runs."""
        return {"runs_on": self.broker}

    def _down(self, run: RunState) -> list[int]:
        brokers = run.stage.brokers
        down = [node for node in brokers.node_ids if not brokers.alive(node)]
        if not self._killed:
            return down
        hit = run.faults.get(self._killed)
        victims = getattr(hit, "victims", None) or [getattr(hit, "broker", None)]
        return [node for node in down if node in victims]
