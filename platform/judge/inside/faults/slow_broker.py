"""A broker far away: latency and jitter to it and from it, for brokers and clients alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from judge.errors import JudgeError
from judge.inside.network import CLIENT_PORT, CONTROLLER_PORT, broker_ip
from judge.inside.reach import CONNECTED, Trial, timed
from judge.inside.run_state import RunState
from judge.inside.splicing import Splice
from judge.inside.targets import confirm_target, find_target
from judge.waiting import wait_until

TRIES = 5
TIMEOUT_S = 10.0


class SlowBroker:
    """Every packet on the target's cable arrives later, in its order.

    So with acks=all a leader that is fast waits for a follower that is far away.
    """

    broker: int | None = None
    lasting = True

    def __init__(self, options: Mapping[str, Any]) -> None:
        """Keys: see `judge.network_fault_options.slow_broker`."""
        self._options = options
        self._least_ms = 2 * options["latency_ms"]
        self._splice: Splice | None = None

    def inject(self, run: RunState) -> dict[str, Any]:
        """Slow it, and prove it by how long a connect takes: the kernel answers it at once."""
        hit = self.broker = find_target(run, self._options)
        before_ms = self._await_fast(run, "fault-had-no-effect")
        self._splice = Splice(run.stage.network, hit)
        self._splice.open(
            self._options["latency_ms"], self._options["jitter_ms"], run.rng.randrange(1 << 30)
        )
        confirm_target(run, self._options, hit)
        after_ms = self._await_slow(run)
        return {
            "latency_ms": self._options["latency_ms"],
            "jitter_ms": self._options["jitter_ms"],
            "connect_before_ms": before_ms,
            "connect_ms": after_ms,
        }

    def heal(self, run: RunState) -> dict[str, Any]:
        """Plug the cable in again; a connect is as fast as before."""
        if self._splice is None:
            return {}
        self._splice.close()
        self._splice = None
        if self.broker is None or not run.stage.brokers.alive(self.broker):
            return {}
        return {"connect_ms": self._await_fast(run, "fault-not-healed")}

    def _await_slow(self, run: RunState) -> float:
        # Until the new wire runs nothing passes, and the first connect is late for that reason.
        found_ms = self._await(run, lambda _ms: True, "fault-had-no-effect", "does not answer")
        if found_ms < self._least_ms:
            text = f"a connect took {found_ms} ms and should take {self._least_ms:g} ms"
            raise JudgeError("fault-had-no-effect", text)
        return found_ms

    def _await_fast(self, run: RunState, code: str) -> float:
        return self._await(run, lambda ms: ms < self._least_ms, code, "is slow without a delay")

    def _await(
        self, run: RunState, good: Callable[[float], bool], code: str, what: str
    ) -> float:
        def found_ms() -> float | None:
            fastest_ms = self._fastest_ms(run)
            return fastest_ms if fastest_ms is not None and good(fastest_ms) else None

        return wait_until(found_ms, TIMEOUT_S, f"broker {self.broker} {what}", code=code) or 0.0

    def _fastest_ms(self, run: RunState) -> float | None:
        assert self.broker is not None  # noqa: S101
        takes_clients = self.broker in run.stage.brokers.ids
        port = CLIENT_PORT if takes_clients else CONTROLLER_PORT
        trial = Trial(run.stage.network.platform_ns, broker_ip(self.broker), port)
        found = [timed(trial, TIMEOUT_S) for _ in range(TRIES)]
        return min((ms for state, ms in found if state == CONNECTED), default=None)
