"""Which stages of a lab a learner has done, which one is open, and why the others are not."""

from __future__ import annotations

from dataclasses import dataclass

from attempts.work import Ran, Work, work_of
from judge.lab import Lab
from judge.lab_stages import StageSpec
from judge.verdict import Verdict

NAMES = {"predict": "Predict", "reproduce": "Reproduce", "fix": "Fix", "explain": "Explain"}


@dataclass(frozen=True, slots=True)
class StageState:
    """One stage as the list shows it. `open`: the learner may act on it now; reading is never
    blocked. `state` is done, failed, current or todo.
    """

    spec: StageSpec
    state: str
    note: str
    open: bool

    @property
    def name(self) -> str:
        """The stage's word, as the list heads it."""
        return NAMES[self.spec.name]


def stage_states(user, lab: Lab) -> list[StageState]:
    """All stages of the lab in order, with what this user has done in each."""
    return states_of(lab, work_of(user, lab.slug))


def states_of(lab: Lab, work: Work) -> list[StageState]:
    """The same from `work`, for pages that show many labs."""
    states: list[StageState] = []
    unlocked, before = True, ""
    for spec in lab.stages:
        done, failed, note = _what_was_done(lab, spec, work)
        if not unlocked:
            note = note or f"opens after {before}"
        word = "done" if done else "failed" if failed else "current" if unlocked else "todo"
        states.append(StageState(spec, word, note, open=unlocked))
        unlocked, before = unlocked and done, NAMES[spec.name]
    return states


def current_stage(states: list[StageState]) -> StageState:
    """The first stage that is not done; the last one when all are."""
    return next((stage for stage in states if stage.state != "done"), states[-1])


def is_open(user, lab: Lab, stage: str) -> bool:
    """Whether the stages before this one are done."""
    return any(found.spec.name == stage and found.open for found in stage_states(user, lab))


def _what_was_done(lab: Lab, spec: StageSpec, work: Work) -> tuple[bool, bool, str]:
    """Whether the stage is done, whether it failed last, and what to say of it."""
    if spec.name == "predict":
        if lab.slug not in work.right:
            return False, False, "answer before the run"
        return True, False, "locked, right" if work.right[lab.slug] else "locked, to be compared"
    if spec.name == "explain":
        written = lab.slug in work.explained
        return written, False, "written" if written else ""
    place = (lab.slug, spec.name)
    return _what_was_run(work.latest.get(place), place in work.passed)


def _what_was_run(last: Ran | None, proved: bool) -> tuple[bool, bool, str]:
    if last is None:
        return proved, False, ""
    failed = not proved and last.verdict == Verdict.FAIL
    return proved, failed, f"attempt {last.number}: {last.verdict or last.state}"
