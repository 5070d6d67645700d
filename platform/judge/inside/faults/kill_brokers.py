"""Kills several brokers that hold one partition at the same moment, as a rack that loses power."""

from __future__ import annotations

import os
import signal
from collections.abc import Mapping
from typing import Any

from judge.errors import JudgeError
from judge.inside.observers.replica_log import log_end_offset
from judge.inside.proving import NO_EFFECT
from judge.inside.run_state import RunState
from judge.inside.targets import confirm_target, replicas_now


class KillBrokers:
    """SIGKILL to the leader and followers of a partition, or to followers only.

    Which followers is drawn from the run's seed. With brokers that are controllers as well, two
    deaths of three leave no quorum; a shape with separate controllers keeps it.
    """

    broker: int | None = None
    lasting = False

    def __init__(self, options: Mapping[str, Any]) -> None:
        """Keys: see `judge.broker_fault_options.kill_brokers`."""
        self._options = options
        self.victims: list[int] = []

    def inject(self, run: RunState) -> dict[str, Any]:
        """Kill them; proved by each one's status, and by the leader's role until then."""
        brokers, (leader, followers) = run.stage.brokers, replicas_now(run, *self._place(run))
        chosen = self._choose(run, leader, followers)
        pids = [brokers.pid(broker) for broker in chosen]
        for pid in pids:
            os.kill(pid, signal.SIGKILL)
        statuses = {broker: brokers.kill(broker) for broker in chosen}
        if any(status != -signal.SIGKILL for status in statuses.values()):
            raise JudgeError(NO_EFFECT, f"the brokers ended with the statuses {statuses}")
        self.victims = chosen
        if leader in chosen and run.alive_brokers():
            confirm_target(run, {**self._options, "target": "leader"}, leader)
        for broker in chosen:
            run.stage.tap.broker_down(broker)
            run.strike()
        topic, partition = self._place(run)
        ends = {str(i): log_end_offset(brokers.data_dir(i), topic, partition) for i in run.brokers}
        return {"signal": "SIGKILL", "brokers": chosen, "leader": leader, "log_ends_left": ends}

    def heal(self, _run: RunState) -> dict[str, Any]:
        """Nothing: `start_broker` starts them, where a scenario wants that."""
        return {"stay_dead": self.victims}

    def _choose(self, run: RunState, leader: int, followers: list[int]) -> list[int]:
        spared = [] if self._options["who"] == "followers" else [leader]
        count = self._options["count"] - len(spared)
        if count > len(followers):
            text = f"{self._options['count']} brokers were to be killed, {len(followers)} follow"
            raise JudgeError("no-such-target", text)
        return sorted([*spared, *run.rng.sample(followers, count)])

    def _place(self, run: RunState) -> tuple[str, int]:
        return self._options["topic"] or run.topic, self._options["partition"]
