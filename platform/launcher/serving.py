"""Runs Faultline in the foreground: starts it, says where it is, and stops it again."""

from __future__ import annotations

import http.client
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from types import FrameType

from judge.home import Home
from launcher.datadir import held, open_data_dir
from launcher.environment import shown_host
from launcher.errors import RefusedError
from launcher.ports import require_free
from launcher.programs import programs, write_config
from launcher.project import Project
from launcher.stages import stage
from launcher.supervise import Supervisor, fresh, restarted, size_bytes, tail

START_S = 180
"""A start takes 2 s, and took 25 on a machine with fifty busy processes; then it is a failure."""

_STEP_S = 0.05
_WATCH_S = 2.0


class StoppedError(Exception):
    """Somebody asked Faultline to stop: Ctrl-C, SIGTERM, or the terminal went away."""


def serve(project: Project, home: Home, host: str, port: int, environment: dict[str, str]) -> None:
    """Serve until told to stop.

    Raises:
        RefusedError: the port is taken, or a program does not start.
    """
    open_data_dir(home)
    url = f"http://{shown_host(host)}:{port}/"
    with held(home, url=url), _told_to_stop():
        require_free(host, port)
        wanted = programs(project, home, host, port, environment)
        config = write_config(project, home, wanted)
        since = size_bytes(home.logs / "worker.log")
        supervisor = Supervisor(project, home, config, environment)
        try:
            _start(supervisor, home, host, port, since)
            begun = supervisor.states()  # before anybody is told: what ends from now on is named
            print(f"\n  Faultline is at  {url}\n", flush=True)
            print(f"  logs in {home.logs}; Ctrl-C stops it", flush=True)
            _watch(supervisor, home, begun)
        except StoppedError:
            print("\n  stopping …", flush=True)
            _stop(supervisor)
            print("  stopped; nothing of it is left running", flush=True)
        finally:
            supervisor.kill()


@contextmanager
def _told_to_stop() -> Iterator[None]:
    """Raise StoppedError where the program stands when a signal asks for the end."""

    def stop(_signal: int, _frame: FrameType | None) -> None:
        raise StoppedError

    signals = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.signal(number, stop) for number in signals}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _start(supervisor: Supervisor, home: Home, host: str, port: int, since: int) -> None:
    worker_log = home.logs / "worker.log"
    with stage("web server") as step:
        answers = partial(_answers, host, port, "/healthz")
        _wait_for(answers, supervisor, "the web server", home.logs / "web.log")
        step.result = "answers"
    with stage("database, queue") as step:
        answers = partial(_answers, host, port, "/readyz")
        _wait_for(answers, supervisor, "the database or Redis", home.logs / "redis.log")
        step.result = "answer"
    with stage("worker") as step:
        # Celery's own line; asking it over the queue would take a second more.
        _wait_for(lambda: " ready." in fresh(worker_log, since), supervisor, "worker", worker_log)
        step.result = "ready"


def _wait_for(condition: Callable[[], bool], supervisor: Supervisor, what: str, log: Path) -> None:
    deadline = time.monotonic() + START_S
    while not condition():
        supervisor.require_starting()
        if time.monotonic() > deadline:
            raise RefusedError(
                f"{what} is not ready after {START_S} s.", f"All of its log: {log}", tail(log)
            )
        time.sleep(_STEP_S)


def _answers(host: str, port: int, path: str) -> bool:
    """Whether the site answers there, and with 200."""
    address = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}.get(host, host)  # noqa: S104
    connection = http.client.HTTPConnection(address, port, timeout=5)
    try:
        connection.request("GET", path, headers={"Host": "localhost"})
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _watch(supervisor: Supervisor, home: Home, before: dict[str, tuple[str, int]]) -> None:
    """Say when a program had to be started again; return never, but by StoppedError or refusal."""
    while True:
        time.sleep(_WATCH_S)
        supervisor.require_running()
        now = supervisor.states()
        for name in sorted(restarted(before, now)):
            print(f"  {name} ended and is started again; see {home.logs}/{name}.log", flush=True)
        before = {**before, **now}


def _stop(supervisor: Supervisor) -> None:
    """Stop in order; a second Ctrl-C does not wait."""
    try:
        supervisor.stop()
    except StoppedError:
        supervisor.kill()
