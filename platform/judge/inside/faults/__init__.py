"""Everything that can be done to a cluster, one fault a file.

A fault is inject -> prove -> hold -> heal -> prove healed. The next one is added by copying a
neighbour and naming it in `FAULTS`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from judge.inside.faults.hold_replication import HoldReplication
from judge.inside.faults.kill_broker import KillBroker
from judge.inside.run_state import RunState


class Fault(Protocol):
    """One thing done to the cluster of a run.

    `inject` and `heal` return the proof, as plain JSON types, that the cluster was really hurt
    and really healed. Both raise `JudgeError` with code `fault-had-no-effect` when they cannot
    prove it.
    """

    def inject(self, run: RunState) -> dict[str, Any]:
        """Do it and return the proof."""

    def heal(self, run: RunState) -> dict[str, Any]:
        """Undo it, where it can be undone, and return the proof."""


FAULTS: dict[str, Callable[[], Fault]] = {
    "hold_replication": HoldReplication,
    "kill_broker": KillBroker,
}
