"""Takes a broker down and brings it up again, asked politely or by force."""

from __future__ import annotations

import signal
from collections.abc import Mapping
from typing import Any

from judge.errors import JudgeError
from judge.inside.bringing_back import bring_back
from judge.inside.proving import NO_EFFECT
from judge.inside.run_state import RunState
from judge.inside.targets import confirm_target, find_target

STOP_TIMEOUT_S = 45.0
JVM_ON_SIGTERM = 143


class RestartBroker:
    """Down when injected, up again when healed, with the disk that it left.

    `clean` is SIGTERM: it hands its leaderships over first. `hard` is SIGKILL: the others find
    out by its session, and it has to recover its logs.
    """

    broker: int | None = None
    lasting = True

    def __init__(self, options: Mapping[str, Any]) -> None:
        """Keys: see `judge.broker_fault_options.restart_broker`."""
        self._options = options

    def inject(self, run: RunState) -> dict[str, Any]:
        """Take it down; proved by the status it ended with and its role until then."""
        hit = find_target(run, self._options)
        begun_ms = run.now_ms()
        signal_sent = self._clean(run, hit) if self._clean_wanted else self._hard(run, hit)
        if hit in run.brokers:
            run.stage.tap.broker_down(hit)
        run.strike()
        took_ms = round(run.now_ms() - begun_ms)
        return {"signal": signal_sent, self._options["target"]: hit, "took_ms": took_ms}

    def heal(self, run: RunState) -> dict[str, Any]:
        """Start it; proved by its answers and its place in the ISR."""
        if self.broker is None:
            return {"started": []}
        return bring_back(run, [self.broker])

    @property
    def _clean_wanted(self) -> bool:
        return bool(self._options["how"] == "clean")

    def _clean(self, run: RunState, hit: int) -> str:
        brokers = run.stage.brokers
        # Held for the moment in which the others are asked: it would hand its role over at once.
        brokers.pause(hit)
        try:
            confirm_target(run, self._options, hit)
        finally:
            brokers.resume(hit)
        self.broker = hit
        _require(brokers.ask_to_stop(hit, STOP_TIMEOUT_S), hit, 0, JVM_ON_SIGTERM, -signal.SIGTERM)
        return "SIGTERM"

    def _hard(self, run: RunState, hit: int) -> str:
        status = run.stage.brokers.kill(hit)
        self.broker = hit
        _require(status, hit, -signal.SIGKILL)
        confirm_target(run, self._options, hit)
        return "SIGKILL"


def _require(status: int, hit: int, *wanted: int) -> None:
    if status not in wanted:
        raise JudgeError(NO_EFFECT, f"broker {hit} ended with status {status}, by another cause")
