"""Keeps a learner's explanation, and their own check of it against the strong points."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils import timezone

from judge.errors import LearnerError
from judge.job import RUN_STAGES
from judge.lab import Lab
from judge.verdict import Verdict
from submissions.models import Explanation, Submission

MAX_EXPLANATION_CHARS = 8000
"""Some 1,300 words: more than anybody says in an interview."""

LEAST_EXPLANATION_CHARS = 40
"""One short sentence; less is not an explanation, and the debrief would spoil the attempt."""


def explain(user, lab: Lab, text: str) -> Explanation:
    """Save the explanation; from then on the debrief may be read.

    Raises:
        LearnerError: the stage before is not passed, or the text is too short to be one or too
            long to keep.
    """
    _require_passed(user, lab)
    text = text.strip().replace("\0", "")
    if len(text) < LEAST_EXPLANATION_CHARS:
        raise LearnerError("too-short", "Write at least one full sentence; then the debrief opens.")
    if len(text) > MAX_EXPLANATION_CHARS:
        raise LearnerError(
            "too-long", f"That has {len(text):,} characters; keep it to {MAX_EXPLANATION_CHARS:,}."
        )
    saved, _ = Explanation.objects.update_or_create(
        user=user, lab_slug=lab.slug, defaults={"text": text}
    )
    return saved


def _require_passed(user, lab: Lab) -> None:
    """The debrief has the solution: nobody reads it who has not found one."""
    names = [spec.name for spec in lab.stages]
    before = names[names.index("explain") - 1]
    if before not in RUN_STAGES:
        return
    mine = Submission.objects.filter(user=user, lab_slug=lab.slug, stage=before)
    if not mine.filter(attempts__verdict=Verdict.PASS.value).exists():
        raise LearnerError("stage-locked", f"First pass the stage “{before}”, then explain it.")


def check_explanation(user, lab: Lab, points: Iterable[int]) -> Explanation:
    """Record which strong points (numbered from 0) the learner finds in their own text."""
    saved = explanation_of(user, lab)
    if saved is None:
        raise LearnerError("not-explained", "Save your explanation first, then compare it.")
    offered = range(len(lab.stage("explain").strong_points))
    saved.points = sorted({point for point in points if point in offered})
    saved.checked_at = timezone.now()
    saved.save(update_fields=["points", "checked_at"])
    return saved


def explanation_of(user, lab: Lab) -> Explanation | None:
    """What the user wrote about this lab, if anything."""
    return Explanation.objects.filter(user=user, lab_slug=lab.slug).first() if user.pk else None
