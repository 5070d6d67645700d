"""A slow link between the program and the brokers: latency and jitter, each way."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from judge.errors import JudgeError
from judge.inside.asking import answered_after_ms
from judge.inside.run_state import RunState
from judge.waiting import wait_until

QUESTIONS = 5
SLACK_S = 5.0
"""How much later than the delay an answer may be, on a machine that is busy."""


class SlowLink:
    """The tap delays what passes between the program and every broker.

    It changes no order, and a connect is not delayed. Our own clients are not slowed.
    """

    broker: int | None = None
    lasting = True

    def __init__(self, options: Mapping[str, Any]) -> None:
        """Keys: see `judge.tap_fault_options.slow_link`."""
        self._options = options
        self._least_ms = options["request_ms"] + options["response_ms"]
        self._id = ""

    def inject(self, run: RunState) -> dict[str, Any]:
        """Delay, and prove it by round trips from the program's side before and after."""
        before_ms = self._await_fast(run, "fault-had-no-effect")
        spec = {"rule": "delay", **self._options, "seed": run.rng.randrange(1 << 30)}
        self._id = run.stage.tap.add_rule(spec)
        after_ms = self._round_trip_ms(run)
        if after_ms < self._slow_ms:
            text = f"a round trip took {after_ms} ms and should take {self._slow_ms} ms"
            raise JudgeError("fault-had-no-effect", text)
        return {**spec, "round_trip_before_ms": before_ms, "round_trip_ms": after_ms}

    def heal(self, run: RunState) -> dict[str, Any]:
        """Take the delay away; the proof is a round trip that is faster than it was."""
        if not self._id:
            return {}
        tap = run.stage.tap
        slowed = tap.rule_state(self._id)["fired"]
        tap.remove_rule(self._id)
        fast_ms = self._await_fast(run, "fault-not-healed")
        return {"connections_slowed": slowed, "round_trip_ms": fast_ms}

    @property
    def _slow_ms(self) -> float:
        """What a round trip takes at least; of jitter alone the longest of several takes half."""
        return float(self._least_ms or self._options["jitter_ms"] / 2)

    def _await_fast(self, run: RunState, code: str) -> float:
        def fast_ms() -> float | None:
            found_ms = self._round_trip_ms(run)
            return found_ms if found_ms < self._slow_ms else None

        text = f"a round trip takes {self._slow_ms} ms without a delay"
        return wait_until(fast_ms, SLACK_S, text, code=code) or 0.0

    def _round_trip_ms(self, run: RunState) -> float:
        broker = run.alive_brokers()[0]
        longest_s = (self._least_ms + 2 * self._options["jitter_ms"]) / 1000 + SLACK_S
        trips = [answered_after_ms(run, broker, longest_s) for _ in range(QUESTIONS)]
        answered = [trip for trip in trips if trip is not None]
        if not answered:
            raise JudgeError("fault-had-no-effect", f"broker {broker} gave no answer")
        return min(answered) if self._least_ms else max(answered)
