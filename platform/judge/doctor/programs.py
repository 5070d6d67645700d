"""Checks for the system programs that a sandbox is made with."""

from __future__ import annotations

import re
import shutil
import subprocess

from judge.doctor.check import Check, failed, passed
from judge.home import Home
from judge.sandbox.programs import PACKAGES, SEARCH, missing_programs

OLDEST_BUBBLEWRAP = (0, 8)
"""The first release with --disable-userns."""


def check_bubblewrap(_home: Home) -> Check:
    """Bubblewrap is there and knows the options that the jail stands on."""
    name, remedy = "bubblewrap", "sudo apt-get install bubblewrap"
    if shutil.which("bwrap", path=SEARCH) is None:
        return failed(name, "bwrap is not installed", remedy)
    said = subprocess.run(["bwrap", "--version"], capture_output=True, text=True, check=False)
    found = re.search(r"(\d+)\.(\d+)", said.stdout)
    version = (int(found[1]), int(found[2])) if found else (0, 0)
    if version < OLDEST_BUBBLEWRAP:
        text = f"version {said.stdout.strip()!r} is older than 0.8, which can close the jail"
        return failed(name, text, remedy + ", from Debian 12, Ubuntu 24.04 or newer")
    return passed(name, said.stdout.strip())


def check_programs(_home: Home) -> Check:
    """The other programs: for networks, cuts, limits and mounts."""
    lacking = missing_programs()
    if not lacking:
        return passed("programs", ", ".join(PACKAGES))
    packages = " ".join(sorted({PACKAGES[program] for program in lacking}))
    return failed("programs", f"missing: {', '.join(lacking)}", f"sudo apt-get install {packages}")
