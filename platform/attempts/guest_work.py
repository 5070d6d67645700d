"""Moves a guest's attempts and what they cost to the account they log in to."""

from __future__ import annotations

from django.db.models import Max

from attempts.models import Attempt, Charge


def move(guest, owner) -> None:
    """Number the guest's attempts on after the owner's, so that no number stands twice."""
    for attempt in Attempt.objects.filter(user=guest).only("pk", "lab_slug").order_by("id"):
        mine = Attempt.objects.filter(user=owner, lab_slug=attempt.lab_slug)
        number = (mine.aggregate(last=Max("number"))["last"] or 0) + 1
        Attempt.objects.filter(pk=attempt.pk).update(user=owner, number=number)
    Charge.objects.filter(user=guest).update(user=owner)
