"""Which stages of a lab a learner has done, which one is open, and why the others are not."""

from __future__ import annotations

from dataclasses import dataclass

from attempts.models import Attempt
from judge.job import RUN_STAGES
from judge.lab import Lab
from judge.lab_stages import StageSpec
from judge.verdict import Verdict
from submissions.explain import explanation_of
from submissions.predict import prediction_of

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
    latest = _latest_attempts(user, lab)
    passed = _passed_stages(user, lab)
    states: list[StageState] = []
    unlocked, before = True, ""
    for spec in lab.stages:
        done, failed, note = _what_was_done(user, lab, spec, latest, passed)
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


def _what_was_done(user, lab: Lab, spec: StageSpec, latest, passed) -> tuple[bool, bool, str]:
    if spec.name == "predict":
        answer = prediction_of(user, lab)
        if answer is None:
            return False, False, "answer before the run"
        return True, False, "locked, right" if answer.right else "locked, to be compared"
    if spec.name == "explain":
        text = explanation_of(user, lab)
        return text is not None, False, "written" if text else ""
    return _what_was_run(spec, latest.get(spec.name), spec.name in passed)


def _what_was_run(spec: StageSpec, last: Attempt | None, proved: bool) -> tuple[bool, bool, str]:
    if last is None:
        return proved, False, ""
    word = last.verdict or last.state
    failed = not proved and last.verdict == Verdict.FAIL
    return proved, failed, f"attempt {last.number}: {word}"


def _latest_attempts(user, lab: Lab) -> dict[str, Attempt]:
    if not user.pk:
        return {}
    rows = Attempt.objects.filter(user=user, lab_slug=lab.slug, stage__in=RUN_STAGES)
    rows = rows.exclude(state=Attempt.CANCELLED).defer("report", "story", "trace")
    return {row.stage: row for row in rows.order_by("id")}


def _passed_stages(user, lab: Lab) -> set[str]:
    if not user.pk:
        return set()
    rows = Attempt.objects.filter(user=user, lab_slug=lab.slug, verdict=Verdict.PASS.value)
    return set(rows.values_list("stage", flat=True))
