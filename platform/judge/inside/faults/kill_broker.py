"""Kills the broker that provably has a role, for good: its machine and disk are gone."""

from __future__ import annotations

import signal
from collections.abc import Mapping
from typing import Any

from judge.errors import JudgeError
from judge.inside.observers.replica_log import log_end_offset
from judge.inside.run_state import RunState
from judge.inside.targets import confirm_target, find_target


class KillBroker:
    """SIGKILL to the target, after asking the cluster who that is.

    The leader of a run with canaries must lead their topics as well: they show what the death
    costs a careless and a careful producer.
    """

    broker: int | None = None
    lasting = False

    def __init__(self, options: Mapping[str, Any]) -> None:
        """Keys: see `judge.fault_options.target_options`."""
        self._options = options

    def inject(self, run: RunState) -> dict[str, Any]:
        """Kill, and prove it by the wait status, the role before it and the logs it left."""
        target = self._options["target"]
        hit = run.leader_of_all_topics() if self._of_all(run) else find_target(run, self._options)
        ends_before = run.log_ends(run.topic)
        status = run.stage.brokers.kill(hit)
        if status not in (signal.SIGKILL, -signal.SIGKILL):
            raise JudgeError("fault-had-no-effect", f"broker {hit} ended with status {status}")
        self._confirm(run, hit)
        if hit in run.brokers:
            run.stage.tap.broker_down(hit)
        run.strike()
        self.broker = hit
        left = log_end_offset(run.stage.brokers.data_dir(hit), run.topic, 0)
        return {
            "signal": "SIGKILL",
            target: hit,
            "log_ends_before": {str(broker): end for broker, end in ends_before.items()},
            "log_end_left": left,
            **({"topic": self._place(run)[0]} if target == "leader" else {}),
        }

    def heal(self, run: RunState) -> dict[str, Any]:
        """Nothing: a machine that burnt down does not come back."""
        return {"stays_dead": self.broker}

    def _confirm(self, run: RunState, hit: int) -> None:
        if self._options["target"] != "leader" or self._place(run) not in run.parts:
            confirm_target(run, self._options, hit)
        elif run.leader_of(*self._place(run)) != hit:
            text = f"broker {hit} had lost the lead before it was killed"
            raise JudgeError("leader-moved-before-kill", text)

    def _of_all(self, run: RunState) -> bool:
        return self._options["target"] == "leader" and bool(run.canaries)

    def _place(self, run: RunState) -> tuple[str, int]:
        return self._options["topic"] or run.topic, self._options["partition"]
