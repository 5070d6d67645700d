"""The system's programs that a sandbox is made with, and the packages that bring them."""

from __future__ import annotations

import shutil

from judge.errors import SandboxUnavailableError

PACKAGES = {
    "bwrap": "bubblewrap",
    "ip": "iproute2",
    "nft": "nftables",
    "setpriv": "util-linux",
    "prlimit": "util-linux",
    "unshare": "util-linux",
    "bash": "bash",
    "mount": "mount",
}

SEARCH = "/usr/sbin:/usr/bin:/sbin:/bin"
"""An ordinary user's PATH often lacks the sbin folders, where nft lives."""


def missing_programs() -> list[str]:
    """Those of PACKAGES that this machine lacks."""
    return [program for program in PACKAGES if shutil.which(program, path=SEARCH) is None]


def require_programs() -> None:
    """Do nothing when all are there.

    Raises:
        SandboxUnavailableError: "programs-missing", with the command that brings them.
    """
    lacking = missing_programs()
    if lacking:
        packages = " ".join(sorted({PACKAGES[program] for program in lacking}))
        raise SandboxUnavailableError(
            "programs-missing",
            f"A sandbox needs {', '.join(lacking)}, which this machine lacks."
            f" Run: sudo apt-get install {packages}",
        )
