"""Who leads the controller quorum, as each node has it on its disk."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

_STATE = Path("__cluster_metadata-0", "quorum-state")


@dataclass(frozen=True, slots=True)
class Quorum:
    """What one node knows: the active controller (None while there is none) and its epoch."""

    leader: int | None
    epoch: int


def quorum_of(data_dir: Path) -> Quorum:
    """Read what the node of `data_dir` last wrote; `Quorum(None, 0)` before its first election.

    Metadata's `controller_id` will not do: in KRaft brokers name any live broker there.
    """
    try:
        state = json.loads((data_dir / _STATE).read_bytes())
    except (FileNotFoundError, ValueError):  # ValueError: caught between truncate and write
        return Quorum(None, 0)
    leader = int(state.get("leaderId", -1))
    return Quorum(leader if leader >= 0 else None, int(state.get("leaderEpoch", 0)))
