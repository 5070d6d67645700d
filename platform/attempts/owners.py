"""Names the process that judges an attempt, so that others can tell whether it still lives."""

from __future__ import annotations

import hashlib
import os
import threading
from pathlib import Path


def place() -> str:
    """Where this process runs: this boot of the machine and this process namespace, as a word.

    A process number means something only within it: two containers may share a host's name.
    """
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        space = str(Path("/proc/self/ns/pid").readlink())
    except OSError:
        return "unknown"
    return hashlib.blake2s(f"{boot} {space}".encode(), digest_size=6).hexdigest()


def owner_prefix() -> str:
    """What the owner of every attempt that this process judges begins with."""
    return f"{place()}:{os.getpid()}:"


def owner() -> str:
    """The owner that this thread claims attempts as."""
    return f"{owner_prefix()}{threading.get_ident()}"


def is_gone(name: str) -> bool:
    """Whether the owner is surely dead: of this place, and no such process is there any more."""
    where, _, rest = name.partition(":")
    number = rest.partition(":")[0]
    if where == "unknown" or where != place() or not number.isdigit():
        return False
    return not Path(f"/proc/{number}").exists()
