"""Waiting for the proof of a fault: what is not seen in time had no effect."""

from __future__ import annotations

from collections.abc import Callable

from judge.errors import JudgeError
from judge.inside.run_state import RunState

NO_EFFECT = "fault-had-no-effect"


def prove(run: RunState, condition: Callable[[], bool], timeout_s: float, error: str) -> None:
    """Wait until `condition` holds.

    Raises:
        JudgeError: "fault-had-no-effect" with the sentence `error` when it does not come about
            in `timeout_s`; "cancelled" when the run was.
    """
    try:
        run.wait_any(condition, timeout_s, error)
    except JudgeError as late:
        if late.code != "timed-out":
            raise
        raise JudgeError(NO_EFFECT, late.message, late.detail) from None
