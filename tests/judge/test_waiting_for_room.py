"""A run that has to wait for its machine says so, may be cancelled meanwhile, and never fails."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from judge.errors import JudgeError
from judge.events import Event
from judge.job import Job
from judge.lab import load_lab
from judge.run import run

LAB = load_lab(Path(__file__).parents[2] / "labs" / "acked-then-gone")


class Crowded:
    """A pool whose door is shut for a while, and then has nothing to give."""

    def __init__(self, code: str) -> None:
        self._code = code
        self.asked_to_stop: Any = None

    def take(self, _shape: Any, on_wait: Any, should_stop: Any) -> Any:
        on_wait("The cores are busy; 2 other runs are under way")
        self.asked_to_stop = should_stop
        on_wait(None)
        raise JudgeError(self._code, "the end of this test")


def test_it_is_queued_for_a_reason_and_then_starts() -> None:
    heard: list[Event] = []

    run(
        Job(LAB, "fix", {}, 1),
        heard.append,
        home=None,  # type: ignore[arg-type]
        sandboxes=Crowded("machine-full"),  # type: ignore[arg-type]
    )

    stages = [(e.data["stage"], e.data["label"]) for e in heard if e.kind == "stage"]
    assert [stage for stage, _label in stages] == ["preparing", "starting", "queued", "starting"]
    assert stages[2][1] == "The cores are busy; 2 other runs are under way"


def test_a_machine_without_room_is_nobodys_failure() -> None:
    report = run(
        Job(LAB, "fix", {}, 1),
        lambda _event: None,
        home=None,  # type: ignore[arg-type]
        sandboxes=Crowded("not-enough-memory"),  # type: ignore[arg-type]
    )

    assert (report.verdict.value, report.reason) == ("INCONCLUSIVE", "not-enough-memory")


def test_who_waits_is_asked_whether_to_go_on() -> None:
    pool = Crowded("cancelled")

    run(
        Job(LAB, "fix", {}, 1),
        lambda _event: None,
        home=None,  # type: ignore[arg-type]
        sandboxes=pool,  # type: ignore[arg-type]
        should_stop=lambda: True,
    )

    assert pool.asked_to_stop() is True
