"""A run on real brokers ends in a report whatever happens to it, and is judged again the same."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from judge.errors import LearnerError
from judge.events import Event
from judge.home import Home
from judge.job import Job
from judge.lab import load_lab
from judge.replay import replay
from judge.run import run
from judge.sandbox.pool import Pool
from judge.shapes import shape_of
from judge.solutions import solution_files

LAB = load_lab(Path(__file__).parents[2] / "labs" / "acked-then-gone")

pytestmark = [pytest.mark.brokers, pytest.mark.slow]


@pytest.fixture(scope="module")
def pool(home: Home) -> Iterator[Pool]:
    made = Pool(home, size=1, shape=shape_of(LAB))
    yield made
    made.close()


def starter(stage: str = "fix") -> Job:
    return Job(LAB, stage, solution_files(LAB, "starter"), seed=7)


def test_it_tells_the_run_in_order_and_replays_to_the_same_bytes(home, pool, tmp_path):
    events: list[Event] = []
    kept = tmp_path / "history.jsonl"

    report = run(starter(), events.append, home=home, sandboxes=pool, history_path=kept)

    assert replay(kept).to_json() == report.to_json()
    assert events[-1].kind == "report"
    stages = [event.data["stage"] for event in events if event.kind == "stage"]
    assert stages[:3] == ["preparing", "starting", "workload"]
    assert stages[-2:] == ["reading", "checking"]
    shown = [event.data for event in events if event.kind == "cluster"]
    assert any("dead" in cluster["brokers"].values() for cluster in shown)


def test_it_stops_when_it_is_asked_to_and_charges_nothing(home, pool):
    seen: list[Event] = []

    report = run(
        starter(),
        seen.append,
        home=home,
        sandboxes=pool,
        should_stop=lambda: any(event.kind == "counts" for event in seen),
    )

    assert (report.verdict.value, report.reason) == ("INCONCLUSIVE", "cancelled")


def test_it_says_that_it_was_ours_when_the_sandbox_dies(home, pool):
    def kill_the_sandbox(event: Event) -> None:
        if event.kind == "stage" and event.data["stage"] == "workload":
            os.kill(taken[0].first_pid, signal.SIGKILL)

    taken = []
    take = pool.take

    class Watched:
        """The pool, remembering what it gave."""

        @staticmethod
        def take(*asked):
            sandbox, warm = take(*asked)
            taken.append(sandbox)
            return sandbox, warm

    report = run(starter(), kill_the_sandbox, home=home, sandboxes=Watched())

    assert (report.verdict.value, report.reason) == ("INCONCLUSIVE", "sandbox-died")


def test_it_starts_nothing_for_files_it_would_not_take(home):
    job = Job(LAB, "fix", {"producer.py": b"\0"}, seed=1)

    with pytest.raises(LearnerError, match="binary"):
        run(job, lambda _event: pytest.fail("nothing may be told"), home=home)
