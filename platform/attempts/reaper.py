"""Takes attempts back from workers that have gone silent."""

from __future__ import annotations

from django.utils import timezone

from attempts.lease import requeue
from attempts.models import Attempt


def reap() -> int:
    """Requeue, fail or end every running attempt whose lease ran out. Idempotent; how many."""
    silent = Attempt.objects.filter(state=Attempt.RUNNING, lease_until__lt=timezone.now())
    return requeue(silent)
