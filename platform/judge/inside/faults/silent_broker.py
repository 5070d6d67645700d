"""A broker that the program can connect to and that never answers it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from judge.errors import JudgeError
from judge.inside.asking import answered_after_ms
from judge.inside.run_state import RunState
from judge.inside.targets import find_target
from judge.waiting import wait_until

ANSWER_TIMEOUT_S = 5.0
SILENCE_S = 1.0


class SilentBroker:
    """Everything between the program and the target is held back by the tap, without a word.

    Our own clients and the other brokers reach it, so it keeps whatever it leads. What was held
    back arrives after the end, late but whole, as after a cut of a real network.
    """

    broker: int | None = None
    lasting = True

    def __init__(self, options: Mapping[str, Any]) -> None:
        """Keys: see `judge.tap_fault_options.silent_broker`."""
        self._options = options
        self._id = ""

    def inject(self, run: RunState) -> dict[str, Any]:
        """Hold, and prove it by a question from the program's side that gets no answer."""
        hit = self.broker = find_target(run, self._options)
        before_ms = answered_after_ms(run, hit, ANSWER_TIMEOUT_S)
        if before_ms is None:
            raise JudgeError("fault-had-no-effect", f"broker {hit} was silent before the fault")
        spec = {"rule": "blackhole", "broker": hit, "direction": self._options["direction"]}
        self._id = run.stage.tap.add_rule(spec)
        if answered_after_ms(run, hit, SILENCE_S) is not None:
            raise JudgeError("fault-had-no-effect", f"broker {hit} answered through the tap")
        return {
            "direction": self._options["direction"],
            "answered_before_ms": before_ms,
            "silent_ms": SILENCE_S * 1000,
        }

    def heal(self, run: RunState) -> dict[str, Any]:
        """Let go; a question is answered again. A broker that died meanwhile owes none."""
        if not self._id:
            return {}
        tap, hit = run.stage.tap, self.broker
        held = tap.rule_state(self._id)["fired"]
        tap.remove_rule(self._id)
        proof = {"connections_held": held}
        if hit is None or not run.stage.brokers.alive(hit):
            return proof
        answered_ms = wait_until(
            lambda: answered_after_ms(run, hit, SILENCE_S),
            ANSWER_TIMEOUT_S,
            f"broker {hit} stayed silent",
            code="fault-not-healed",
        )
        return {**proof, "answered_ms": answered_ms}
