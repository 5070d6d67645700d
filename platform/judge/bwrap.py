"""What both jails need of bubblewrap: the system's folders, and a hold on its first process.

Killing bwrap itself is a trap, and so is its --die-with-parent: killed while it sets a jail up,
it leaves a child that waits for ever, or runs on unwatched (3 of 20 tries). The first process of
the jail is what has to die; bwrap then ends by itself, and buries it.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import subprocess
import threading
from pathlib import Path

from judge.errors import JudgeError

_REPORT_TIMEOUT_S = 10.0
_END_TIMEOUT_S = 20.0


def system_folders(*names: str) -> list[str]:
    """Options for bwrap that bring in /usr, and `names` of the root as this machine has them."""
    options = ["--ro-bind", "/usr", "/usr"]
    for name in names:
        folder = Path("/", name)
        if folder.is_symlink():
            options += ["--symlink", str(folder.readlink()), str(folder)]
        elif folder.is_dir():
            options += ["--ro-bind", str(folder), str(folder)]
    return options


class FirstProcess:
    """The first process of a jail, as bwrap reports it on its --json-status-fd.

    Args:
        fd: the pipe's reading end, which this takes over.
    """

    def __init__(self, fd: int) -> None:
        os.set_blocking(fd, False)
        self._fd, self._text = fd, b""
        self._pidfd: int | None = None
        self._lock = threading.Lock()
        self.pid: int | None = None

    def known(self, timeout_s: float = 0.0) -> bool:
        """Whether bwrap has made it; waits up to `timeout_s` for that, or for bwrap to give up."""
        if self.pid is None and timeout_s > 0 and self._fd >= 0:
            select.select([self._fd], [], [], timeout_s)
        with self._lock:
            self._read()
            return self.pid is not None

    def kill(self) -> bool:
        """Kill it, and with it the whole jail; False when there is none yet, or no more."""
        if not self.known() or self._pidfd is None:
            return False
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._pidfd, signal.SIGKILL)
        return True

    def end(self, bwrap: subprocess.Popen[bytes]) -> None:
        """Kill everything in the jail, and wait until it and `bwrap` are gone. Safe to repeat.

        The kernel ends a pid namespace's first process only after all the others, so one wait
        tells that nothing is left: no process, and with them no mount, namespace or file.

        Raises:
            JudgeError: "jail-not-gone": the kernel did not end it in time.
        """
        if bwrap.poll() is None:
            self.known(_REPORT_TIMEOUT_S)  # milliseconds: it is reported before it does anything
        if self.kill():
            with contextlib.suppress(subprocess.TimeoutExpired):
                bwrap.wait(_END_TIMEOUT_S)
        bwrap.kill()
        bwrap.wait()
        if self._pidfd is not None and not select.select([self._pidfd], [], [], _END_TIMEOUT_S)[0]:
            raise JudgeError("jail-not-gone", "The processes of a killed jail are still there.")

    def exit_code(self) -> int | None:
        """What the program in the jail ended with, 128 + n for signal n; None if it never ran."""
        with self._lock:
            self._read()
            return self._field("exit-code")

    def close(self) -> None:
        """Let go of it. Safe to repeat."""
        with self._lock:
            if self._fd >= 0:
                os.close(self._fd)
                self._fd = -1
            if self._pidfd is not None:
                os.close(self._pidfd)
                self._pidfd = None

    def _read(self) -> None:
        if self._fd >= 0:
            with contextlib.suppress(BlockingIOError):
                while chunk := os.read(self._fd, 4096):
                    self._text += chunk
        if self.pid is None:
            self.pid = self._field("child-pid")
            if self.pid is not None:
                with contextlib.suppress(ProcessLookupError):
                    self._pidfd = os.pidfd_open(self.pid)

    def _field(self, name: str) -> int | None:
        for line in self._text.splitlines():
            with contextlib.suppress(ValueError):
                value = json.loads(line).get(name)
                if value is not None:
                    return int(value)
        return None
