"""What the first process of a container owes its machine: to bury the dead and pass signals on."""

from __future__ import annotations

import os
import signal

_PASSED_ON = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def stand_in_for_init() -> None:
    """When this is process 1, go on as its child and let it be the init that nobody started.

    The kernel gives every orphan to process 1. One that is never waited for stays as a zombie,
    and a sandbox with such a process in it is never gone. Returns in the child only.
    """
    if os.getpid() != 1:
        return
    child = os.fork()
    if child == 0:
        return
    for number in _PASSED_ON:
        signal.signal(number, lambda number, _frame: os.kill(child, number))
    os._exit(bury_until(child))


def bury_until(child: int) -> int:
    """Wait for every process that ends, until `child` does; returns its exit code, shell-like."""
    while True:
        pid, status = os.wait()
        if pid == child:
            code = os.waitstatus_to_exitcode(status)
            return code if code >= 0 else 128 - code
