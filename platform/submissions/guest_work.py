"""Moves a guest's drafts, answers and submissions to the account they log in to."""

from __future__ import annotations

from submissions.drafts import KEPT_REVISIONS
from submissions.models import (
    Draft,
    DraftRevision,
    Explanation,
    HintSeen,
    Prediction,
    Submission,
)


def move(guest, owner) -> None:
    """Give the owner what they do not have; of two drafts the guest's goes into the history.

    A locked prediction of the owner's stays as it is: the first answer counts. Of two
    explanations the newer one stays.
    """
    Submission.objects.filter(user=guest).update(user=owner)
    for told in Explanation.objects.filter(user=guest):
        owners = Explanation.objects.filter(user=owner, lab_slug=told.lab_slug)
        owners.filter(saved_at__lt=told.saved_at).delete()
    for model in (Prediction, Explanation):
        had = model.objects.filter(user=owner).values("lab_slug")
        model.objects.filter(user=guest).exclude(lab_slug__in=had).update(user=owner)
    for hint in HintSeen.objects.filter(user=guest):
        HintSeen.objects.get_or_create(user=owner, lab_slug=hint.lab_slug, number=hint.number)
    for draft in Draft.objects.filter(user=guest):
        _move_draft(draft, owner)


def _move_draft(draft: Draft, owner) -> None:
    owners = Draft.objects.filter(user=owner, lab_slug=draft.lab_slug).first()
    if owners is None:
        draft.user = owner
        draft.save(update_fields=["user"])
        return
    newest = draft.revisions.values_list("pk", flat=True)[: KEPT_REVISIONS // 2]
    DraftRevision.objects.filter(pk__in=list(newest)).update(draft=owners, origin="conflict")
