"""Leaves a broker a small share of the processor, as a container's quota or a stolen core does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from judge.inside.process_figures import ran_ns
from judge.inside.proving import prove
from judge.inside.rationing import Ration
from judge.inside.rejoining import wait_rejoined
from judge.inside.run_state import RunState
from judge.inside.targets import confirm_target, find_target

PROOF_PERIODS = 20
PROOF_TIMEOUT_S, KEPT_TIMEOUT_S = 30.0, 10.0


class StarveCpu:
    """The target runs for its share of each tenth of a second, and stands still for the rest.

    That is what a quota of a control group does, done by signals: it needs no rights, and no
    other run on the machine is slowed, as it would be by a process that burns the processor.
    """

    broker: int | None = None
    lasting = True

    def __init__(self, options: Mapping[str, Any]) -> None:
        """Keys: see `judge.broker_fault_options.starve_cpu`."""
        self._options = options
        self._ration: Ration | None = None

    def inject(self, run: RunState) -> dict[str, Any]:
        """Ration it; proved by how long it was let run and by what it used of that."""
        hit, share = find_target(run, self._options), self._options["percent"]
        pid = run.stage.brokers.pid(hit)
        self.broker = hit
        self._ration = Ration(pid, share / 100)
        self._ration.start()
        confirm_target(run, self._options, hit)
        run.strike()
        before_ns = ran_ns(pid)
        enough = self._ration.periods + PROOF_PERIODS
        ration = self._ration
        prove(run, lambda: ration.periods >= enough, PROOF_TIMEOUT_S, "the ration was not kept")
        error = f"broker {hit} was let run for far more than {share} % of the time"
        # A turn that a busy machine ended late is made up for by the turns after it.
        prove(
            run,
            lambda: ration.held and ration.given_share <= 2 * share / 100,
            KEPT_TIMEOUT_S,
            error,
        )
        used_ms = round((ran_ns(pid) - before_ns) / 1e6, 1)
        return {
            self._options["target"]: hit,
            "percent": share,
            "let_run_percent": round(100 * ration.given_share, 1),
            "periods": ration.periods,
            "used_ms": used_ms,
        }

    def heal(self, run: RunState) -> dict[str, Any]:
        """Let it run; proved by its place in the ISR."""
        if self._ration is None:
            return {}
        self._ration.stop()
        given = {"let_run_percent": round(100 * self._ration.given_share, 1)}
        if self.broker in run.brokers and run.stage.brokers.alive(self.broker):
            wait_rejoined(run, [self.broker])
        return given
