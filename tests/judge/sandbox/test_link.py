"""The link to a sandbox: requests, answers, and what happens when either side fails."""

from __future__ import annotations

import base64
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from judge.errors import JudgeError
from judge.home import Home
from judge.sandbox.link import Sandbox, start_sandbox
from judge.waiting import wait_until
from sandboxes.inside import supervisor_pid
from sandboxes.programs import run_program


@pytest.fixture
def fresh(runtime_home: Home) -> Iterator[Sandbox]:
    """A sandbox that the test may ruin."""
    with start_sandbox(runtime_home) as started:
        yield started


@contextmanager
def stopped_again_and_again(sandbox: Sandbox, after: threading.Event | None = None):
    """Stops come until the request is over: one that comes before it is forgotten, by promise."""
    over = threading.Event()

    def stop() -> None:
        if after is not None:
            after.wait(60)
        while not over.wait(0.3):
            sandbox.stop()

    stopper = threading.Thread(target=stop)
    stopper.start()
    try:
        yield
    finally:
        over.set()
        stopper.join()


def test_it_answers_requests_one_after_the_other(sandbox: Sandbox) -> None:
    said = [run_program(sandbox, f"print({number})")["stdout"] for number in range(3)]

    assert said == ["0", "1", "2"]
    assert sandbox.alive


def test_it_reports_an_operation_that_does_not_exist(sandbox: Sandbox) -> None:
    with pytest.raises(JudgeError, match="no operation 'fly'") as failed:
        sandbox.request("fly", timeout_s=30)

    assert failed.value.code == "unknown-op"
    assert sandbox.alive


def test_it_reports_a_bug_of_ours_with_its_trace_and_goes_on(sandbox: Sandbox) -> None:
    with pytest.raises(JudgeError) as failed:
        sandbox.request("program", timeout_s=30, files={}, argv=["x.py"], limits={"nonsense": 1})

    assert failed.value.code == "judge-error"
    assert "Traceback" in failed.value.detail
    assert run_program(sandbox, "print('on')")["stdout"] == "on"


def test_it_closes_a_sandbox_that_does_not_answer_in_time(fresh: Sandbox) -> None:
    with pytest.raises(JudgeError) as failed:
        _hang(fresh)

    assert failed.value.code == "sandbox-timed-out"
    assert not fresh.alive


def test_it_tells_when_the_sandbox_dies_under_a_request(fresh: Sandbox) -> None:
    first = fresh.first_pid
    assert first is not None
    killer = threading.Timer(0.3, os.kill, (first, 9))
    killer.start()

    with pytest.raises(JudgeError) as failed:
        run_program(fresh, "import time; time.sleep(3600)")

    killer.join()
    assert failed.value.code == "sandbox-died"
    assert not fresh.alive


def test_it_stops_a_running_operation_early(sandbox: Sandbox) -> None:
    with stopped_again_and_again(sandbox):
        ended = run_program(sandbox, "import time; time.sleep(3600)")

    assert ended["exit"]["reason"] == "killed-by-us"


def test_it_forgets_a_stop_that_came_too_late(sandbox: Sandbox) -> None:
    sandbox.stop()

    ended = run_program(sandbox, "print('ran')")

    assert ended["exit"]["reason"] == "exited"


def test_it_outlives_the_thread_that_asked_for_it(runtime_home: Home) -> None:
    # The kernel's parent-death signal counts threads: without an owner this one would be dead.
    started: list[Sandbox] = []
    asker = threading.Thread(target=lambda: started.append(start_sandbox(runtime_home)))
    asker.start()
    asker.join()

    with started[0] as sandbox:
        assert run_program(sandbox, "print('alive')")["stdout"] == "alive"


def test_it_refuses_a_request_after_it_was_closed(fresh: Sandbox) -> None:
    fresh.close()
    fresh.close()

    with pytest.raises(JudgeError) as failed:
        run_program(fresh, "pass")

    assert failed.value.code == "sandbox-died"


def test_it_answers_one_request_at_a_time(sandbox: Sandbox) -> None:
    refused: list[str] = []

    def ask_too() -> None:
        wait_until(sandbox._asking.locked, 60, "nobody asks")
        try:
            run_program(sandbox, "pass")
        except JudgeError as error:
            refused.append(error.code)
        finally:
            answered.set()

    answered = threading.Event()
    other = threading.Thread(target=ask_too)
    other.start()
    with stopped_again_and_again(sandbox, after=answered):
        ended = run_program(sandbox, "import time; time.sleep(3600)")
    other.join()

    assert refused == ["sandbox-busy"]
    assert ended["exit"]["reason"] == "killed-by-us"


def test_it_hands_on_what_programs_print_as_it_was_meant(sandbox: Sandbox) -> None:
    # Line ends that only Python's splitlines knows, and what JSON has to escape.
    text = 'a"b\\c\x1b[31m\u2028\x85\x0b<b>\x00end'

    said = run_program(sandbox, f"print({text!r})")["stdout"]

    assert said == text


def test_it_goes_before_the_site_when_memory_runs_out(sandbox: Sandbox) -> None:
    score = Path(f"/proc/{supervisor_pid(sandbox)}/oom_score_adj").read_text()

    assert int(score) == 300


def _hang(sandbox: Sandbox) -> None:
    sandbox.request(
        "program",
        timeout_s=0.5,
        files={"main.py": base64.b64encode(b"import time; time.sleep(3600)").decode()},
        argv=["main.py"],
    )
