"""The whole site as its own processes, for tests that need a browser, a restart or a kill."""

from __future__ import annotations

import os
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

from judge.waiting import wait_until
from ports import free_port

ROOT = Path(__file__).resolve().parents[2]
# A test that is killed must leave nothing behind: the kernel ends the child with its parent.
WITH_PARENT = ["setpriv", "--pdeathsig", "KILL", "--"]


class LiveSite:
    """A web server on a free port, with a database, static files and a Redis of its own.

    `env` adds to the environment of every process; give FAULTLINE_DATA the real data directory
    where a test needs brokers.
    """

    def __init__(self, folder: Path, redis_url: str, **env: str) -> None:
        self.folder, self.port = folder, free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.env = {
            **os.environ,
            "FAULTLINE_DATA": str(folder / "data"),
            "FAULTLINE_DATABASE_URL": f"sqlite:///{folder / 'site.sqlite3'}",
            "FAULTLINE_STATIC": str(folder / "static"),
            "FAULTLINE_REDIS_URL": redis_url,
            "FAULTLINE_SECRET_KEY": "only-for-tests-" * 4,
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "PYTHONPATH": str(ROOT / "platform"),
            **env,
        }
        self.processes: dict[str, subprocess.Popen[bytes]] = {}

    def manage(self, *words: str) -> str:
        """Run manage.py and return what it printed."""
        done = subprocess.run(
            [sys.executable, ROOT / "manage.py", *words],
            env=self.env,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr[-3000:]
        return done.stdout

    def prepare(self) -> None:
        """Make the tables and collect the static files."""
        self.manage("migrate", "--verbosity", "0")
        self.manage("collectstatic", "--noinput", "--verbosity", "0")

    def start_web(self) -> None:
        """Start the server and wait until it is ready."""
        argv = [sys.executable, "-m", "uvicorn", "config.asgi:application"]
        argv += ["--port", str(self.port), "--log-level", "warning"]
        self.start("web", [*argv, "--timeout-graceful-shutdown", "3"])
        wait_until(self.is_ready, 90, "the site did not get ready")

    def start(self, name: str, argv: list[str]) -> subprocess.Popen[bytes]:
        """Start a process under that name; its output goes to <name>.log in the folder."""
        with (self.folder / f"{name}.log").open("ab") as log:
            process = subprocess.Popen(
                [*WITH_PARENT, *argv], env=self.env, cwd=ROOT, stdout=log, stderr=log
            )
        self.processes[name] = process
        return process

    def stop(self, name: str, *, kill: bool = False) -> None:
        """End the process of that name, gently or not, and wait for it."""
        process = self.processes.pop(name)
        if kill:
            process.kill()
        else:
            process.terminate()
        process.wait(timeout=30)

    def close(self) -> None:
        """End everything."""
        for name in list(self.processes):
            self.stop(name, kill=True)

    def log(self, name: str) -> str:
        """What the process of that name has printed so far."""
        return (self.folder / f"{name}.log").read_text(errors="replace")

    def is_ready(self) -> bool:
        web = self.processes["web"]
        assert web.poll() is None, f"the web server ended:\n{self.log('web')[-3000:]}"
        try:
            with urllib.request.urlopen(f"{self.url}/readyz", timeout=5) as answer:
                return answer.status == 200
        except (urllib.error.URLError, OSError):
            return False
