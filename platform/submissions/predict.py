"""Locks a prediction before the run, so that the answer cannot follow the event."""

from __future__ import annotations

from django.db import IntegrityError, transaction

from judge.errors import LearnerError
from judge.lab import Lab
from submissions.models import Prediction


def predict(user, lab: Lab, choice: int) -> Prediction:
    """Lock the option numbered `choice` (from 0). A second answer changes nothing.

    Raises:
        LearnerError: there is no such option.
    """
    spec = lab.stage("predict")
    if not 0 <= choice < len(spec.options):
        raise LearnerError("no-such-option", "Choose one of the answers, then lock it.")
    try:
        with transaction.atomic():
            return Prediction.objects.create(
                user=user, lab_slug=lab.slug, choice=choice, right=choice == spec.answer
            )
    except IntegrityError:
        # Locked already, perhaps by the other tab: the first answer stands.
        return Prediction.objects.get(user=user, lab_slug=lab.slug)


def prediction_of(user, lab: Lab) -> Prediction | None:
    """What the user predicted for this lab, if anything."""
    return Prediction.objects.filter(user=user, lab_slug=lab.slug).first() if user.pk else None
