"""Check that user namespaces really work here, by making one as a sandbox would."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from judge.doctor.check import Check, failed, passed
from judge.doctor.privileges import in_container
from judge.home import Home
from judge.sandbox.uid import claim_uid

_NAME = "user namespaces"
_TIMEOUT_S = 20

APPARMOR_REMEDY = (
    "Ubuntu's AppArmor forbids them to bubblewrap. Either allow them for every program:"
    " `sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0` (and the same line in"
    " /etc/sysctl.d/60-faultline.conf), or for bubblewrap alone: see docs/sandbox.md, Ubuntu."
)


def check_userns(_home: Home) -> Check:
    """A user, mount, pid and network namespace can be made, with a fresh /proc and a tmpfs."""
    command = ["bwrap", "--unshare-all", "--uid", "0", "--gid", "0", "--cap-add", "ALL"]
    command += ["--ro-bind", "/usr", "/usr", "--symlink", "usr/lib", "/lib"]
    command += ["--symlink", "usr/lib64", "/lib64", "--proc", "/proc", "--tmpfs", "/tmp"]  # noqa: S108
    command += ["--", "/usr/bin/mount", "-t", "tmpfs", "tmpfs", "/tmp"]  # noqa: S108
    uid = claim_uid() if os.geteuid() == 0 else None
    try:
        if uid is not None:
            drop = ["setpriv", f"--reuid={uid.number}", f"--regid={uid.number}"]
            command = [*drop, "--clear-groups", "--", *command]
        done = subprocess.run(
            command, capture_output=True, text=True, env={}, cwd="/", timeout=_TIMEOUT_S
        )
    except subprocess.TimeoutExpired:
        return failed(_NAME, f"making one hung for {_TIMEOUT_S} s", _remedy())
    except OSError as error:
        return failed(_NAME, f"not tried: {error}", "See the checks above.")
    finally:
        if uid is not None:
            uid.release()
    if done.returncode == 0:
        return passed(_NAME, "made one, with /proc, a network and a tmpfs in it")
    return failed(_NAME, done.stderr.strip()[-300:] or "refused", _remedy())


def _remedy() -> str:
    if _sysctl("kernel/apparmor_restrict_unprivileged_userns") == "1":
        return APPARMOR_REMEDY
    if _sysctl("kernel/unprivileged_userns_clone") == "0":
        return "sudo sysctl -w kernel.unprivileged_userns_clone=1"
    if _sysctl("user/max_user_namespaces") == "0":
        return "sudo sysctl -w user.max_user_namespaces=10000"
    if in_container():
        return (
            "In a container, give the worker the security options of docker-compose.yml:"
            " the seccomp profile and systempaths=unconfined."
        )
    return "The kernel must allow ordinary users to make namespaces; see docs/sandbox.md."


def _sysctl(name: str) -> str:
    try:
        return Path("/proc/sys", name).read_text(encoding="ascii").strip()
    except OSError:
        return ""
