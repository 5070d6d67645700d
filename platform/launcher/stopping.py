"""Stops the Faultline that runs on a data directory, from another terminal."""

from __future__ import annotations

import os
import signal

from judge.home import Home
from judge.waiting import wait_until
from launcher.datadir import who_holds

_STOP_S = 30


def stop_other(home: Home) -> int:
    """Ask it to stop and wait until it has; 0 also when none runs.

    Raises:
        judge.errors.JudgeError: it still runs after 30 s.
    """
    about = who_holds(home)
    if not about:
        print(f"no Faultline runs on {home.path}")
        return 0
    os.kill(int(str(about["pid"])), signal.SIGTERM)
    wait_until(lambda: who_holds(home) is None, _STOP_S, f"process {about['pid']} did not stop")
    print(f"stopped process {about['pid']}")
    return 0
