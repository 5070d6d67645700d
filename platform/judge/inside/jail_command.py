"""The command line of the nested jail: what a learner's program sees, option by option."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from judge.bwrap import system_folders
from judge.inside.limits import Limits, process_limit_command
from judge.inside.programs.kind import BIN_AT, Launch
from judge.inside.workdir import Workdir

_LOCAL = Path("/usr/local")

_SHM_BYTES = 4 << 20

_ENVIRONMENT = {
    "PATH": "/usr/bin:/bin",
    "HOME": "/tmp",  # noqa: S108 - the jail's own
    "LANG": "C.UTF-8",
    "MALLOC_ARENA_MAX": "2",  # glibc otherwise takes 64 MiB of address space for each thread
    "PYTHONDONTWRITEBYTECODE": "1",
}


def jail_command(
    workdir: Workdir,
    launch: Launch,
    limits: Limits,
    env: Mapping[str, str],
    *,
    filter_fd: int,
    status_fd: int,
) -> list[str]:
    """The whole command, for a process that is already in the learner's network namespace."""
    variables = {**_ENVIRONMENT, **env, **launch.env}
    return [
        "bwrap",
        *("--json-status-fd", str(status_fd), "--seccomp", str(filter_fd)),
        # Without --disable-userns a program becomes root in a namespace of its own, and with it
        # reaches kernel code that nobody without rights should.
        *("--unshare-user", "--disable-userns", "--cap-drop", "ALL"),
        *("--uid", "1000", "--gid", "1000", "--hostname", "learner"),
        *("--unshare-pid", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try"),
        *("--new-session", "--clearenv"),  # it ends with the sandbox, and by its first process
        *(word for item in variables.items() for word in ("--setenv", *item)),
        *_files(workdir, launch),
        "--",
        *process_limit_command(limits),
        *launch.command,
    ]


def _files(workdir: Workdir, launch: Launch) -> list[str]:
    commands = ("--ro-bind", str(workdir.bin), BIN_AT) if launch.bin else ()
    return [
        *system_folders("bin", "lib", "lib64"),
        *_without_local(workdir, launch.python),
        *("--ro-bind", "/etc", "/etc"),  # the supervisor's own, with four small files
        *("--proc", "/proc", "--dev", "/dev"),
        # bwrap's own /dev/shm, /dev and / are writable and unlimited: 160 MB went into each.
        *("--size", str(_SHM_BYTES), "--tmpfs", "/dev/shm"),  # noqa: S108
        *("--bind", str(workdir.tmp), "/tmp"),  # noqa: S108
        *(word for source, at in launch.mounts for word in ("--ro-bind", str(source), at)),
        *commands,
        *("--ro-bind", str(workdir.work), "/work", "--chdir", "/work"),
        # /proc too: on some machines a program may otherwise exempt itself from the OOM killer.
        *("--remount-ro", "/proc", "--remount-ro", "/dev", "--remount-ro", "/"),
    ]


def _without_local(workdir: Workdir, runtime: Path | None) -> list[str]:
    """Hide what the operator put into /usr/local, unless the program's Python is from there."""
    if not _LOCAL.is_dir():
        return []
    if runtime and (runtime / "bin" / "python3").resolve().is_relative_to(_LOCAL):
        return []
    return ["--ro-bind", str(workdir.nothing), str(_LOCAL)]
