"""Cancels an attempt: a flag that the worker reads at its next heartbeat; it costs nothing."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from attempts.models import Attempt


def cancel(attempt: Attempt) -> bool:
    """Ask for the end of this attempt; False when it has ended already.

    Works while Redis is down, since the worker hears of it from the database.
    """
    mine = Attempt.objects.filter(pk=attempt.pk)
    with transaction.atomic():
        waiting = mine.filter(state=Attempt.QUEUED).update(
            state=Attempt.CANCELLED, cancel_requested=True, finished_at=timezone.now()
        )
        running = mine.filter(state=Attempt.RUNNING).update(cancel_requested=True)
    return bool(waiting or running)
