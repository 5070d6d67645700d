"""How much of the CPU a sandbox gets against others: little while it is only being prepared."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from judge.sandbox.link import Sandbox

LOW = 10
"""Nice value; about a tenth of an equal's share while there is anybody to share with."""


def can_yield() -> bool:
    """Whether a sandbox can be made to let everyone else go first, and equal again later."""
    return os.geteuid() == 0


def make_low(sandbox: Sandbox) -> None:
    """Let everyone else go first. Only for root, who alone could take it back later."""
    _set(sandbox, LOW)


def make_equal(sandbox: Sandbox) -> None:
    """Give it the same share as everyone again."""
    _set(sandbox, 0)


def _set(sandbox: Sandbox, nice: int) -> None:
    first = sandbox.first_pid
    if not can_yield() or first is None:
        return
    # A sandbox has a user of its own, so one call reaches every thread of it, and only those.
    with suppress(OSError):  # it has just died: whoever uses it next will see that
        os.setpriority(os.PRIO_USER, Path(f"/proc/{first}").stat().st_uid, nice)
