"""The command that starts a sandbox, and the process it becomes."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import judge
from judge.errors import JudgeError
from judge.home import Home
from judge.sandbox.reach import lend
from judge.sandbox.uid import SandboxUid

PACKAGE_AT = "/faultline"
"""Where the judge's package is inside. Of the platform, nothing else is there."""

_TMP_BYTES = 64 << 20
_CLOSE_TIMEOUT_S = 20.0


def sandbox_command(home: Home, uid: int | None, status_fd: int | None = None) -> list[str]:
    """The command line of a sandbox whose supervisor speaks on its stdin and stdout.

    Args:
        home: its `kafka` and `learner_runtime` are bound in, read-only, at their own paths.
        uid: the user and group id to drop to first; None for a caller who is not root.
        status_fd: where bwrap writes the id of the sandbox's first process.
    """
    prefix: list[str] = []
    places = {path: path for path in _needed(home)}
    drop: list[str] = []
    if uid is not None:
        prefix, places = lend(list(places))
        # bwrap as real root covers parts of /proc, and then no jail can be nested in it.
        drop = ["setpriv", f"--reuid={uid}", f"--regid={uid}", "--clear-groups", "--"]
    package = Path(judge.__file__).resolve().parent
    binds = ["--ro-bind", str(places.pop(package)), f"{PACKAGE_AT}/judge"]
    for target, source in places.items():
        binds += ["--ro-bind", str(source), str(target)]
    status = [] if status_fd is None else ["--json-status-fd", str(status_fd)]
    supervisor = [_python(), "-P", "-m", "judge.inside"]
    return [*prefix, *drop, "bwrap", *status, *_outer_jail(home), *binds, "--", *supervisor]


def _outer_jail(home: Home) -> list[str]:
    return [
        *("--unshare-all", "--uid", "0", "--gid", "0", "--cap-add", "ALL"),
        *("--die-with-parent", "--new-session", "--hostname", "sandbox", "--clearenv"),
        *("--setenv", "PATH", "/usr/sbin:/usr/bin:/sbin:/bin"),
        *("--setenv", "PYTHONPATH", PACKAGE_AT, "--setenv", "PYTHONDONTWRITEBYTECODE", "1"),
        *("--setenv", "FAULTLINE_RUNTIME", str(home.learner_runtime)),
        *("--setenv", "HOME", "/tmp", "--setenv", "LANG", "C.UTF-8"),  # noqa: S108
        *system_folders(),
        *("--proc", "/proc", "--dev", "/dev", "--chdir", "/"),
        *("--size", str(_TMP_BYTES), "--tmpfs", "/tmp"),  # noqa: S108
        *("--tmpfs", "/run", "--tmpfs", "/data", "--dir", "/etc"),
    ]


def system_folders() -> list[str]:
    """The options of bwrap that bring in the system's programs and libraries, and no data."""
    options = ["--ro-bind", "/usr", "/usr"]
    for name in ("bin", "sbin", "lib", "lib64"):
        folder = Path("/", name)
        if folder.is_symlink():
            options += ["--symlink", str(folder.readlink()), str(folder)]
        elif folder.is_dir():
            options += ["--ro-bind", str(folder), str(folder)]
    # Without the linker's index ctypes finds no libseccomp.
    return [*options, "--ro-bind-try", "/etc/ld.so.cache", "/etc/ld.so.cache"]


def _python() -> str:
    return sys.executable


def _needed(home: Home) -> list[Path]:
    """The folders a sandbox reads, each at the path that the files in it expect."""
    wanted = [Path(judge.__file__).resolve().parent, Path(sys.prefix), Path(sys.base_prefix)]
    wanted += [home.kafka, home.learner_runtime]
    system = Path("/usr")
    found = [path for path in wanted if path.is_dir() and not path.is_relative_to(system)]
    return list(dict.fromkeys(found))


class SandboxProcess:
    """A started sandbox: its two pipes, its error stream, and the way to end all of it."""

    def __init__(self, home: Home, uid: SandboxUid | None) -> None:
        """Start it. Only from the owner's thread: it dies with the thread that started it."""
        self._uid = uid
        self._status, status_end = os.pipe()
        try:
            self.popen = subprocess.Popen(
                sandbox_command(home, uid.number if uid else None, status_end),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                pass_fds=(status_end,),
                env={},  # bwrap's own environment can be read from inside, in /proc/1/environ
                cwd="/",
                bufsize=0,
            )
        except OSError as error:
            os.close(self._status)
            raise JudgeError("sandbox-did-not-start", f"bwrap could not be run: {error}") from error
        finally:
            os.close(status_end)
        self._first: int | None = None
        self.first_pid: int | None = None

    def first_process(self, timeout_s: float) -> int | None:
        """A pidfd on the sandbox's first process; None when bwrap made none in time."""
        if self._first is None and select.select([self._status], [], [], timeout_s)[0]:
            line = os.read(self._status, 4096).split(b"\n", 1)[0]
            if line:
                self.first_pid = int(json.loads(line)["child-pid"])
                try:
                    self._first = os.pidfd_open(self.first_pid)
                except ProcessLookupError:
                    return None  # it has ended since it was reported
        return self._first

    def end(self) -> None:
        """Kill everything in the sandbox and wait until all of it is gone. Safe to repeat.

        The kernel ends a pid namespace's first process only after it has ended all the others,
        so one wait tells that nothing is left: no process, and with them no mount, namespace,
        or file, since all of those were theirs.
        """
        first = self.first_process(0)
        if self.popen.poll() is None:
            self.popen.kill()
        if first is not None:
            _kill_and_wait(first, time.monotonic() + _CLOSE_TIMEOUT_S)
            os.close(first)
            self._first = None
        self.popen.wait()
        for pipe in (self.popen.stdin, self.popen.stdout):
            if pipe is not None:
                pipe.close()
        if self._status >= 0:
            os.close(self._status)
            self._status = -1
        if self._uid is not None:
            self._uid.release()
            self._uid = None


def _kill_and_wait(pidfd: int, deadline_s: float) -> None:
    try:
        signal.pidfd_send_signal(pidfd, signal.SIGKILL)
    except ProcessLookupError:
        return
    if not select.select([pidfd], [], [], max(0.0, deadline_s - time.monotonic()))[0]:
        raise JudgeError("sandbox-not-gone", "A killed sandbox is still there.")
