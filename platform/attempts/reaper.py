"""Takes attempts back from workers that have gone silent."""

from __future__ import annotations

from django.utils import timezone

from attempts.lease import requeue
from attempts.models import Attempt
from attempts.owners import is_gone


def reap() -> int:
    """Requeue, fail or end every running attempt whose worker is gone. Idempotent; how many.

    Gone is a worker whose lease ran out, or, sooner, one of this machine whose process is dead.
    """
    running = Attempt.objects.filter(state=Attempt.RUNNING)
    silent = requeue(running.filter(lease_until__lt=timezone.now()))
    owners = set(running.values_list("owner", flat=True))
    dead = [owner for owner in owners if is_gone(owner)]
    return silent + (requeue(running.filter(owner__in=dead)) if dead else 0)
