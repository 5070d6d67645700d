"""Stops the Faultline that runs on a data directory, from another terminal."""

from __future__ import annotations

import os
import signal

from judge.errors import JudgeError
from judge.home import Home
from judge.waiting import wait_until
from launcher.datadir import who_holds
from launcher.errors import RefusedError

_STOP_S = 30


def stop_other(home: Home) -> int:
    """Ask it to stop and wait until it has; 0 also when none runs.

    Raises:
        RefusedError: it still runs after 30 s, or is another user's.
    """
    about = who_holds(home)
    if about is None:
        print(f"no Faultline runs on {home.path}")
        return 0
    if "pid" not in about:
        raise RefusedError(f"a Faultline is starting on {home.path}.", "Try again in a moment.")
    pid = int(str(about["pid"]))
    try:
        os.kill(pid, signal.SIGTERM)
    except PermissionError:
        raise RefusedError(
            f"process {pid} is another user's.", "Stop it as the user who started it."
        ) from None
    try:
        wait_until(lambda: who_holds(home) is None, _STOP_S, "it still runs")
    except JudgeError:
        raise RefusedError(
            f"process {pid} did not stop within {_STOP_S} s.",
            f"kill -9 {pid} ends it and everything below it.",
        ) from None
    print(f"stopped process {pid}")
    return 0
