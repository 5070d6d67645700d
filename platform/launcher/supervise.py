"""Runs supervisord as a child that cannot outlive this process, and asks it how programs fare."""

from __future__ import annotations

import http.client
import signal
import subprocess
import xmlrpc.client
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NoReturn

from supervisor.xmlrpc import SupervisorTransport

from judge.home import Home
from launcher.errors import RefusedError
from launcher.project import Project
from launcher.redis_server import socket_path

STOP_S = 15
"""Longest that a stop may take before everything is killed; programs have 3–5 s each."""

_MOST_STARTS = 3

_GONE = ("FATAL", "BACKOFF", "EXITED")


class Supervisor:
    """One supervisord and the programs below it."""

    def __init__(
        self, project: Project, home: Home, config: Path, environment: Mapping[str, str]
    ) -> None:
        self._home = home
        self._starts: dict[str, set[int]] = {}
        socket = socket_path(home, "super.sock")
        socket.unlink(missing_ok=True)
        command = ["setpriv", "--pdeathsig", "KILL", "--", str(project.python)]
        command += ["-m", "supervisor.supervisord", "-c", str(config)]
        with (home.logs / "supervisord.out").open("wb") as out:
            # A session of its own: Ctrl-C must reach the launcher only, which then stops in order.
            self._child = subprocess.Popen(
                command,
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._transport = SupervisorTransport("", "", f"unix://{socket}")
        self._proxy = xmlrpc.client.ServerProxy("http://127.0.0.1", transport=self._transport)

    @property
    def pid(self) -> int:
        """The process id of supervisord."""
        return self._child.pid

    def alive(self) -> bool:
        """Whether supervisord itself still runs."""
        return self._child.poll() is None

    def states(self) -> dict[str, tuple[str, int]]:
        """Each program's state, in supervisord's words, and process id; empty until it answers."""
        try:
            rows: Any = self._proxy.supervisor.getAllProcessInfo()
        except (OSError, http.client.HTTPException, xmlrpc.client.Error):
            # A connection that failed once is never used again but for a new one.
            self._transport.close()
            return {}
        return {str(row["name"]): (str(row["statename"]), int(row["pid"])) for row in rows}

    def require_running(self) -> None:
        """Refuse with the end of its log when a program could not be started.

        Raises:
            RefusedError: supervisord ended, or gave a program up.
        """
        if not self.alive():
            raise RefusedError(
                "the supervisor ended.", "", tail(self._home.logs / "supervisord.out")
            )
        for name, (state, _) in self.states().items():
            if state == "FATAL":
                self._give_up(name)

    def require_starting(self) -> None:
        """The same, while it starts: a program that ends again and again is given up too.

        supervisord does that only with one that ends within a second of its start, and imports
        alone can take longer.
        """
        self.require_running()
        for name, (_, pid) in self.states().items():
            pids = self._starts.setdefault(name, set())
            pids.update({pid} - {0})
            if len(pids) > _MOST_STARTS:
                self._give_up(name)

    def _give_up(self, name: str) -> NoReturn:
        log = self._home.logs / f"{name}.log"
        raise RefusedError(f"{name} does not start.", f"All of its log: {log}", tail(log))

    def stop(self) -> None:
        """End every program in order and wait until all are gone; kills what does not go."""
        if self.alive():
            self._child.send_signal(signal.SIGTERM)
        try:
            self._child.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """End everything at once: the kernel kills the programs when supervisord dies."""
        self._child.kill()
        self._child.wait()


States = Mapping[str, tuple[str, int]]


def restarted(before: States, now: States) -> set[str]:
    """The programs that ended or were started again between two readings of the states."""
    return {
        name
        for name, (state, pid) in now.items()
        if name in before and (state in _GONE or pid not in (0, before[name][1]))
    }


def tail(log: Path, lines: int = 12) -> str:
    """The last lines of a log; empty when there is none."""
    if not log.is_file():
        return ""
    return "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])


def size_bytes(log: Path) -> int:
    """How long a log is now; 0 when there is none."""
    return log.stat().st_size if log.is_file() else 0


def fresh(log: Path, since_bytes: int) -> str:
    """What was written to a log after it was `since_bytes` long; all of it when it began anew."""
    if not log.is_file():
        return ""
    with log.open("rb") as lines:
        lines.seek(since_bytes if size_bytes(log) >= since_bytes else 0)
        return lines.read().decode(errors="replace")
