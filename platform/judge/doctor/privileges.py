"""Check for who we are: root in a container whose /proc is unmasked could reach the host."""

from __future__ import annotations

import os
from pathlib import Path

from judge.doctor.check import Check, failed, passed
from judge.home import Home

_CONTAINER_MARKS = ("/.dockerenv", "/run/.containerenv")
_FIRST_PID_NAMESPACE = 0xEFFFFFFC
"""PROC_PID_INIT_INO of the kernel: the pid namespace that a machine boots with."""

_CAP_SYS_ADMIN = 1 << 21

_CORE_PATTERN = "/proc/sys/kernel/core_pattern"
"""Whoever can write it makes the host run a program of theirs as root. In a container with
unmasked system paths root can, even without any capability."""


def check_user(_home: Home) -> Check:
    """We are an ordinary user, or root on a machine of our own, but not root in a container."""
    if os.geteuid() != 0:
        return passed("user", f"an ordinary user ({os.geteuid()})")
    if in_container() and not _rules_the_machine() and os.access(_CORE_PATTERN, os.W_OK):
        return failed(
            "user",
            "root in a container, with a /proc that reaches the host's kernel",
            "Run the worker as an ordinary user, as docker-compose.yml does (user: 10001:10001).",
        )
    return passed("user", "root; every sandbox drops to a user id of its own")


def _rules_the_machine() -> bool:
    """Whether root here may mount: on a machine of its own, also one that was made from an image.

    A container's root may not, unless somebody gave the whole machine away with --privileged.
    """
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith("CapEff:"):
            return bool(int(line.split()[1], 16) & _CAP_SYS_ADMIN)
    return False


def in_container() -> bool:
    """Whether this is a Docker or Podman container.

    Virtual machines made from container images carry the mark too, but they have the machine's
    own process tree, which no container has.
    """
    if Path("/proc/self/ns/pid").stat().st_ino == _FIRST_PID_NAMESPACE:
        return False
    return any(Path(mark).exists() for mark in _CONTAINER_MARKS)
