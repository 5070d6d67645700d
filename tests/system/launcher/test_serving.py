"""A whole Faultline starts, heals, and leaves nothing behind, however it is ended."""

import os
import re
import signal
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path

import pytest

from judge.waiting import wait_until
from ports import free_port

pytestmark = pytest.mark.slow

DRIVER = Path(__file__).with_name("serve_only.py")


class Running:
    """A Faultline below this test, without Kafka: its worker warms no sandboxes."""

    def __init__(self, data, port):
        self.data, self.port = data, port
        environment = {**os.environ, "FAULTLINE_WARM": "0", "FAULTLINE_MARK": str(data)}
        environment.pop("FAULTLINE_DATA", None)
        self._said = Path(tempfile.mkstemp(prefix="faultline-said-")[1])
        with self._said.open("w") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-P", str(DRIVER), str(data), str(port)],
                env=environment,
                stdout=out,
                stderr=subprocess.STDOUT,
            )

    def said(self, text):
        """What it printed, once that has `text` or it has ended."""
        ended = self.process.poll
        wait_until(
            lambda: text in self._said.read_text() or ended() is not None, 200, f"never said {text}"
        )
        return self._said.read_text()

    def forget(self):
        """Kill what is left of it."""
        for pid in self.processes():
            os.kill(pid, signal.SIGKILL)
        self.process.wait()
        self._said.unlink()

    def get(self, path):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=10) as answer:
            return answer.status

    def processes(self):
        """Every process that this Faultline started, as {pid: command line}."""
        mark = f"FAULTLINE_MARK={self.data}".encode()
        found = {}
        for process in Path("/proc").glob("[0-9]*"):
            try:
                words = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                # Redis writes its title over its environment, and has the directory in the title.
                marked = mark in (process / "environ").read_bytes() or f"{self.data}/run" in words
                if words and marked:
                    found[int(process.name)] = words
            except OSError:
                continue
        return found

    def pid_of(self, pattern):
        return next(
            (pid for pid, words in self.processes().items() if re.search(pattern, words)), 0
        )


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return tmp_path_factory.mktemp("data")


@pytest.fixture
def running(data):
    started = Running(data, free_port())
    try:
        said = started.said("Ctrl-C stops it")
        assert f"http://127.0.0.1:{started.port}/" in said, said
        yield started
    finally:
        started.forget()


def nothing_left(running):
    wait_until(lambda: not running.processes(), 20, f"left: {running.processes()}")


def test_it_serves_and_leaves_no_process_after_ctrl_c(running):
    assert running.get("/healthz") == 200
    names = " ".join(running.processes().values())
    assert all(part in names for part in ("redis-server", "uvicorn", "celery", "supervisord"))

    running.process.send_signal(signal.SIGINT)

    assert running.process.wait(60) == 0
    assert "nothing of it is left running" in running.said("")
    nothing_left(running)


def test_it_leaves_nothing_when_the_launcher_is_killed(running):
    running.process.kill()

    nothing_left(running)


def test_it_starts_a_web_server_again_that_was_killed(running):
    first = running.pid_of("uvicorn")

    os.kill(first, signal.SIGKILL)

    wait_until(lambda: running.pid_of("uvicorn") not in (0, first), 20, "no new web server")
    assert "web ended and is started again" in running.said("started again")


def test_it_runs_alone_on_its_data_and_stops_from_another_terminal(running):
    second = Running(running.data, running.port + 1)
    assert second.process.wait(60) == 1
    assert "already running" in second.said("")
    assert f"http://127.0.0.1:{running.port}/" in second.said("")
    command = [sys.executable, "-P", "-m", "launcher", "down", "--data", str(running.data)]

    stopped = subprocess.run(command, capture_output=True, text=True)

    assert stopped.stdout == f"stopped process {running.process.pid}\n"
    nothing_left(running)


def test_it_gives_up_a_program_that_ends_again_and_again(data, monkeypatch):
    monkeypatch.setenv("UVICORN_LOG_LEVEL", "nonsense")

    refused = Running(data, free_port())

    assert refused.process.wait(120) == 1
    assert "web does not start" in refused.said("")
    assert "Invalid value for '--log-level'" in refused.said("")
    refused.forget()
