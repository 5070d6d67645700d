"""Ends the sandbox when its guardian on the host is gone, even if the supervisor hangs."""

from __future__ import annotations

import os
import subprocess

_WATCHER = "read -r _; kill -KILL -1"
"""Nothing is ever written to the pipe, so `read` waits for its end. -1 is everybody in here."""


def hold_lifeline() -> None:
    """Start the watcher; a process of its own, since a supervisor that hangs runs no thread."""
    number = os.environ.pop("FAULTLINE_LIFELINE", "")
    if not number:
        return
    lifeline = int(number)
    os.set_inheritable(lifeline, False)
    subprocess.Popen(
        ["sh", "-c", _WATCHER],
        stdin=lifeline,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    os.close(lifeline)
