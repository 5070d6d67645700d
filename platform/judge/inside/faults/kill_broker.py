"""Kills the broker that provably leads the orders, for good: its machine and disk are gone."""

from __future__ import annotations

import signal
from typing import Any

from judge.errors import JudgeError
from judge.inside.observers.replica_log import log_end_offset
from judge.inside.run_state import RunState


class KillBroker:
    """SIGKILL to the leader of every topic of the run, after asking the cluster who that is."""

    def inject(self, run: RunState) -> dict[str, Any]:
        """Kill, and prove it by the wait status, the leader before it and the logs it left."""
        leader = run.leader_of_all_topics()
        ends_before = run.log_ends(run.topic)
        status = run.stage.brokers.kill(leader)
        if status != -signal.SIGKILL and status != signal.SIGKILL:
            raise JudgeError("fault-had-no-effect", f"broker {leader} ended with status {status}")
        if run.last_seen_leader(run.topic) != leader:
            raise JudgeError(
                "leader-moved-before-kill",
                f"broker {leader} had lost the lead before it was killed",
            )
        run.stage.tap.broker_down(leader)
        run.killed, run.killed_ms = leader, run.now_ms()
        left = log_end_offset(run.stage.brokers.data_dir(leader), run.topic, 0)
        return {
            "signal": "SIGKILL",
            "leader": leader,
            "log_ends_before": {str(broker): end for broker, end in ends_before.items()},
            "log_end_left": left,
        }

    def heal(self, run: RunState) -> dict[str, Any]:
        """Nothing: a machine that burnt down does not come back."""
        return {"stays_dead": run.killed}
