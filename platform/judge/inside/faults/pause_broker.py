"""Stops a broker in its tracks for a while, as a long garbage collection or a stuck disk does."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from judge.inside.process_figures import is_stopped, ran_ns
from judge.inside.proving import prove
from judge.inside.rejoining import view_of, wait_rejoined
from judge.inside.run_state import RunState
from judge.inside.targets import confirm_target, find_target

STILL_S = 0.2
PROOF_TIMEOUT_S = 5.0


class PauseBroker:
    """SIGSTOP. Its connections stay open and the kernel takes what is sent; nothing answers.

    Paused for longer than the session it is fenced, and learns of that only once it runs again.
    """

    broker: int | None = None
    lasting = True

    def __init__(self, options: Mapping[str, Any]) -> None:
        """Keys: see `judge.target_options`."""
        self._options = options

    def inject(self, run: RunState) -> dict[str, Any]:
        """Stop it; proved by every thread's state, flat processor time and an unanswered call."""
        brokers = run.stage.brokers
        hit = find_target(run, self._options)
        brokers.pause(hit)
        self.broker = hit
        run.paused_brokers.add(hit)
        confirm_target(run, self._options, hit)
        run.strike()
        begun_s, before_ns = time.monotonic(), ran_ns(brokers.pid(hit))
        prove(run, lambda: time.monotonic() - begun_s >= STILL_S, PROOF_TIMEOUT_S, "no time passed")
        still = is_stopped(brokers.pid(hit)) and ran_ns(brokers.pid(hit)) == before_ns
        prove(run, lambda: still, 0, f"broker {hit} was stopped and ran on")
        proof = {"signal": "SIGSTOP", self._options["target"]: hit, "ran_ns_while_stopped": 0}
        if hit in run.brokers:
            prove(run, lambda: view_of(hit) is None, 0, f"broker {hit} was stopped and answered")
            proof["answers"] = False
        return proof

    def heal(self, run: RunState) -> dict[str, Any]:
        """Let it run; proved by an answer of its own and its place in the ISR."""
        hit = self.broker
        if hit is None or not run.stage.brokers.alive(hit):
            return {"ran_again": False}
        begun_ms, before_ns = run.now_ms(), ran_ns(run.stage.brokers.pid(hit))
        run.stage.brokers.resume(hit)
        run.paused_brokers.discard(hit)
        pid = run.stage.brokers.pid(hit)
        prove(run, lambda: ran_ns(pid) > before_ns, PROOF_TIMEOUT_S, f"broker {hit} stands still")
        if hit in run.brokers:
            wait_rejoined(run, [hit])
        return {"signal": "SIGCONT", "in_sync_after_ms": round(run.now_ms() - begun_ms)}
