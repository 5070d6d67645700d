"""The command that starts a sandbox, and the process it becomes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import judge
from judge.bwrap import FirstProcess, system_folders
from judge.home import Home
from judge.sandbox.guard import Guard, make_guard
from judge.sandbox.reach import lend
from judge.sandbox.uid import SandboxUid

PACKAGE_AT = "/faultline"
"""Where the judge's package is inside. Of the platform, nothing else is there."""

_TMP_BYTES = 64 << 20


def sandbox_command(home: Home, uid: int | None, guard: Guard | None = None) -> list[str]:
    """The command line of a sandbox whose supervisor speaks on its stdin and stdout.

    Args:
        home: its `kafka` and `learner_runtime` are bound in, read-only, at their own paths.
        uid: the user and group id to drop to first; None for a caller who is not root.
        guard: ends it with its caller; without one it is for short, watched commands only.
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
    guardian = guard.command() if guard else []
    options = guard.options() if guard else ["--die-with-parent"]
    # The options come after --clearenv, which would undo them.
    bwrap = [*guardian, "bwrap", *_outer_jail(home), *options, *binds, "--"]
    return [*prefix, *drop, *bwrap, sys.executable, "-P", "-m", "judge.inside"]


def _outer_jail(home: Home) -> list[str]:
    return [
        *("--unshare-all", "--uid", "0", "--gid", "0", "--cap-add", "ALL"),
        *("--new-session", "--hostname", "sandbox", "--clearenv"),
        *("--setenv", "PATH", "/usr/sbin:/usr/bin:/sbin:/bin"),
        *("--setenv", "PYTHONPATH", PACKAGE_AT, "--setenv", "PYTHONDONTWRITEBYTECODE", "1"),
        *("--setenv", "FAULTLINE_RUNTIME", str(home.learner_runtime)),
        *("--setenv", "FAULTLINE_KAFKA", str(home.kafka)),
        *("--setenv", "HOME", "/tmp", "--setenv", "LANG", "C.UTF-8"),  # noqa: S108
        *system_folders("bin", "sbin", "lib", "lib64"),
        # Without the linker's index ctypes finds no libseccomp.
        *("--ro-bind-try", "/etc/ld.so.cache", "/etc/ld.so.cache"),
        *("--proc", "/proc", "--dev", "/dev", "--chdir", "/"),
        *("--size", str(_TMP_BYTES), "--tmpfs", "/tmp"),  # noqa: S108
        *("--tmpfs", "/run", "--tmpfs", "/data", "--dir", "/etc"),
    ]


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
        guard = make_guard()
        try:
            self.popen = subprocess.Popen(
                sandbox_command(home, uid.number if uid else None, guard),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                pass_fds=guard.descriptors(),
                env={},  # bwrap's own environment can be read from inside, in /proc/1/environ
                cwd="/",
                bufsize=0,
                start_new_session=True,  # Ctrl-C in a terminal is for the caller alone
            )
        except BaseException:
            os.close(guard.status_reader)
            raise
        finally:
            guard.close()
        self.first = FirstProcess(guard.status_reader)

    def end(self) -> None:
        """End everything in the sandbox and wait until nothing of it is left. Safe to repeat."""
        self.first.end(self.popen)
        self.first.close()
        for pipe in (self.popen.stdin, self.popen.stdout):
            if pipe is not None:
                pipe.close()
        if self._uid is not None:
            self._uid.release()
            self._uid = None
