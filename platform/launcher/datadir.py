"""The data directory: made, writable, with room on its disk, and one Faultline at a time."""

from __future__ import annotations

import fcntl
import json
import os
import re
import secrets
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from judge.home import Home
from launcher.errors import RefusedError

NEEDED_BYTES = 400_000_000
"""Room that must be free to start at all: Kafka, its archive, a day of histories and logs."""

_AWKWARD = re.compile(r"[\x00-\x1f\"'#;%\\]")


def open_data_dir(home: Home) -> None:
    """Make the data directory and its folders, with the modes that keep their content private.

    `kafka` and the learners' runtime must be readable for the users that sandboxes run as;
    everything else belongs to this user alone.

    Raises:
        RefusedError: it cannot be made or written, its disk is full, or its name is awkward.
    """
    if _AWKWARD.search(str(home.path)):
        raise RefusedError(
            f"the data directory's name has a character that configuration files choke on: "
            f"{str(home.path)!r}.",
            "Choose another with --data DIR.",
        )
    try:
        home.path.mkdir(mode=0o755, parents=True, exist_ok=True)
        for private in (home.run, home.logs, home.histories):
            private.mkdir(mode=0o700, exist_ok=True)
        with tempfile.TemporaryFile(dir=home.path) as probe:
            probe.write(b"x")
    except OSError as error:
        raise RefusedError(
            f"the data directory {home.path} cannot be written: {error.strerror}.",
            "Choose another with --data DIR, or make this one yours.",
        ) from error
    require_room(home.path, NEEDED_BYTES)


def require_room(path: Path, needed_bytes: int) -> None:
    """Refuse when fewer than `needed_bytes` are free where `path` is."""
    free_bytes = shutil.disk_usage(path).free
    if free_bytes < needed_bytes:
        raise RefusedError(
            f"the disk that holds {path} is nearly full: {free_bytes // 1_000_000} MB are free, "
            f"{needed_bytes // 1_000_000} MB are needed.",
            "Make room, or choose a directory on another disk with --data DIR.",
        )


def secret_key(home: Home) -> str:
    """The key that signs sessions: made once, readable for this user alone."""
    path = home.path / "secret_key"
    known = path.read_text(encoding="ascii").strip() if path.is_file() else ""
    if not known:
        # Written beside it first: a power cut would leave half a key, or none, for ever.
        write_whole(path, secrets.token_urlsafe(50) + "\n")
        known = path.read_text(encoding="ascii").strip()
    return known


def write_whole(path: Path, text: str) -> None:
    """Write a file that is there whole or as it was before; readable for this user alone."""
    descriptor, beside = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as out:
            out.write(text)
            out.flush()
            os.fsync(out.fileno())
        Path(beside).replace(path)
    except OSError:
        Path(beside).unlink(missing_ok=True)
        raise


@contextmanager
def held(home: Home, **about: object) -> Iterator[None]:
    """Hold the data directory while a Faultline runs on it; `about` is what `who_holds` tells.

    Raises:
        RefusedError: another one holds it.
    """
    with (home.run / "lock").open("a+", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise _already_running(home, who_holds(home) or {}) from None
        lock.truncate(0)
        lock.write(json.dumps({"pid": os.getpid(), **about}))
        lock.flush()
        yield


def require_unheld(home: Home) -> None:
    """Refuse when a Faultline runs on this directory, without taking it."""
    if other := who_holds(home):
        raise _already_running(home, other)


def who_holds(home: Home) -> dict[str, object] | None:
    """What the Faultline that runs on this directory said of itself; None when none runs."""
    path = home.run / "lock"
    if not path.is_file():
        return None
    with path.open("r", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            about = lock.read()
            return json.loads(about) if about else {}
    return None


def _already_running(home: Home, other: Mapping[str, object]) -> RefusedError:
    at = f" at {other['url']}" if other.get("url") else ""
    return RefusedError(
        f"Faultline is already running on {home.path}{at} (process {other.get('pid')}).",
        "Use that one, stop it with ./faultline down, or choose another --data DIR and --port.",
    )
