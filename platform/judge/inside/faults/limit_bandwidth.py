"""A broker behind a thin link: everything to it and from it, of brokers and of clients."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from judge.errors import JudgeError
from judge.inside.run_state import RunState
from judge.inside.shaping import BURST_BYTES, limit_rate, throughput_kbit_per_s, unlimit_rate
from judge.inside.targets import confirm_target, find_target
from judge.waiting import wait_until

MEASURE_S = 0.5
"""So long the link is filled to measure it, the burst apart."""

TIMEOUT_S = 20.0
FREE_TIMEOUT_S, FREE_STALL_S = 10.0, 2.0
"""How long a link without a limit may seem thin, or stand still, because the machine is busy."""

TOLERANCE = 1.5
"""The burst passes at full speed; a link that is limited carries no more than this beyond it."""


class LimitBandwidth:
    """A token bucket at both ends of the target's cable."""

    broker: int | None = None
    lasting = True

    def __init__(self, options: Mapping[str, Any]) -> None:
        """Keys: see `judge.network_fault_options.limit_bandwidth`."""
        self._options = options
        self._limited = False

    def inject(self, run: RunState) -> dict[str, Any]:
        """Limit, and prove it by what comes through each way, before and after."""
        hit, rate = find_target(run, self._options), self._options["kbit_per_s"]
        self.broker = hit
        before = self._await_free(run, "fault-had-no-effect")
        limit_rate(run.stage.network, hit, rate)
        self._limited = True
        confirm_target(run, self._options, hit)
        after = self._measured(run, TIMEOUT_S)
        if max(after) > rate * TOLERANCE:
            text = f"{max(after):g} kbit/s came through a limit of {rate}"
            raise JudgeError("fault-had-no-effect", text)
        return {
            "kbit_per_s": rate,
            "measured_kbit_per_s": {"before": list(before), "to_and_from": list(after)},
        }

    def heal(self, run: RunState) -> dict[str, Any]:
        """Take the limit away; more comes through than it allowed."""
        if self.broker is None or not self._limited:
            return {}
        unlimit_rate(run.stage.network, self.broker)
        self._limited = False
        return {"measured_kbit_per_s": list(self._await_free(run, "fault-not-healed"))}

    def _await_free(self, run: RunState, code: str) -> tuple[float, float]:
        least, seen = self._options["kbit_per_s"] * TOLERANCE, ["nothing was measured"]

        def free() -> tuple[float, float] | None:
            try:
                found = self._measured(run, FREE_STALL_S)
            except JudgeError as stalled:
                seen.append(stalled.message)
                return None
            seen.append(f"{min(found):g} kbit/s")
            return found if min(found) > least else None

        try:
            found = wait_until(free, FREE_TIMEOUT_S, "", code=code)
        except JudgeError:
            text = f"broker {self.broker} had {seen[-1]} without a limit"
            raise JudgeError(code, text) from None
        assert found is not None  # noqa: S101
        return found

    def _measured(self, run: RunState, timeout_s: float) -> tuple[float, float]:
        assert self.broker is not None  # noqa: S101
        size = 4 * BURST_BYTES + int(self._options["kbit_per_s"] * 125 * MEASURE_S)
        return throughput_kbit_per_s(run.stage.network, self.broker, size, timeout_s)
