"""Starts an attempt: one row, written before anything is sent to the queue."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction
from django.db.models import Max

from accounts.models import User
from attempts.models import Attempt
from attempts.relay import hint_once_committed
from attempts.stages import is_open
from judge.errors import LearnerError
from judge.job import RUN_STAGES
from judge.lab import Lab
from submissions.freeze import freeze
from submissions.models import Submission

OPEN_AT_ONCE = 2
"""Attempts one person may have waiting or running: a room for a second thought, no more, so
that one learner cannot fill the queue for all."""


def submit(user, lab: Lab, stage: str, files: Mapping[str, bytes] | None = None) -> Attempt:
    """Freeze the draft (or `files`) and start an attempt on it.

    Raises:
        LearnerError: the stage is not open yet, too many attempts wait, or a file is at fault.
    """
    check_may_run(user, lab, stage)
    with transaction.atomic():
        return start_attempt(freeze(user, lab, stage, files))


def check_may_run(user, lab: Lab, stage: str) -> None:
    """Raises LearnerError unless this user may run this stage now."""
    names = [spec.name for spec in lab.stages]
    if stage not in RUN_STAGES or stage not in names:
        raise LearnerError("no-such-stage", f"This lab runs: {_runnable(names)}.")
    if not is_open(user, lab, stage):
        before = names[names.index(stage) - 1]
        remedy = "lock your prediction" if before == "predict" else f"pass the stage “{before}”"
        raise LearnerError(
            "stage-locked", f"“{stage}” is not open yet: first {remedy}. Your files are saved."
        )


def start_attempt(submission: Submission) -> Attempt:
    """Write the queued row and, once that is certain, send a hint to the workers.

    Raises:
        LearnerError: its owner has as many attempts under way as they may.
    """
    with transaction.atomic():
        # Locks the person's row (PostgreSQL): two submits at once would draw one number twice, and
        # each would count the others' attempts before they are there.
        User.objects.select_for_update().get(pk=submission.user_id)
        _require_room(submission.user_id)
        mine = Attempt.objects.filter(user=submission.user_id, lab_slug=submission.lab_slug)
        last = mine.aggregate(last=Max("number"))["last"] or 0
        attempt = Attempt.objects.create(
            user_id=submission.user_id,
            submission=submission,
            lab_slug=submission.lab_slug,
            stage=submission.stage,
            number=last + 1,
        )
        hint_once_committed(attempt.pk)
    return attempt


def _require_room(user_id: int) -> None:
    if Attempt.objects.filter(user=user_id, state__in=Attempt.OPEN).count() >= OPEN_AT_ONCE:
        raise LearnerError(
            "too-many-open",
            f"You have {OPEN_AT_ONCE} attempts under way. Wait for one, or cancel it. "
            "Your files are saved.",
        )


def _runnable(names: list[str]) -> str:
    return ", ".join(name for name in names if name in RUN_STAGES)
