"""Waiting for a condition instead of sleeping: the only place where the engine naps."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from judge.errors import JudgeError

T = TypeVar("T")


def wait_until(
    condition: Callable[[], T],
    timeout_s: float,
    error: str,
    *,
    code: str = "timed-out",
    step_s: float = 0.02,
) -> T:
    """Poll `condition` until it is truthy and return what it gave.

    Raises:
        JudgeError: `timeout_s` passed first; carries `code` and the sentence `error`.
    """
    deadline = time.monotonic() + timeout_s
    while True:
        found = condition()
        if found:
            return found
        if time.monotonic() >= deadline:
            raise JudgeError(code, f"{error} (waited {timeout_s:g} s)")
        time.sleep(step_s)
