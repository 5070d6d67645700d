"""Tells the workers that an attempt waits: a hint that may be lost, doubled or late."""

from __future__ import annotations

import logging
from datetime import timedelta

from celery import current_app
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from kombu.exceptions import OperationalError

from attempts.models import Attempt

log = logging.getLogger(__name__)

JUDGE_TASK = "attempts.judge"
"""The task's name; the web server sends it without importing what judges."""

SEND_AGAIN_AFTER_S = 20
"""A queued attempt whose hint is older than this gets another; a lost hint costs this long."""

HINTS_AT_ONCE = 20
"""Only the head of the queue is hinted at again, or a long queue would grow the broker's list
by its own length every 20 s."""


def send_hint(attempt_id: int) -> bool:
    """Queue the task for this attempt; False when the broker cannot be reached.

    A failure is no error: the row stays queued, and `tend` sends the hint again.
    """
    try:
        current_app.send_task(JUDGE_TASK, args=(attempt_id,), retry=False)
    except OperationalError as unreachable:
        log.warning("attempt %s waits, the task queue is unreachable: %s", attempt_id, unreachable)
        return False
    Attempt.objects.filter(pk=attempt_id).update(sent_at=timezone.now())
    return True


def hint_once_committed(attempt_id: int) -> None:
    """Send the hint when the transaction around this is done.

    An error of the hint is none of whoever wrote the row: the attempt is queued, hint or not.
    """
    transaction.on_commit(lambda: send_hint(attempt_id), robust=True)


def relay() -> int:
    """Hint again at attempts that wait unheard. Idempotent; returns how many were sent."""
    stale = timezone.now() - timedelta(seconds=SEND_AGAIN_AFTER_S)
    waiting = Attempt.objects.filter(state=Attempt.QUEUED).order_by("-priority", "id")
    head = list(waiting.values_list("pk", flat=True)[:HINTS_AT_ONCE])
    unheard = Attempt.objects.filter(pk__in=head).filter(Q(sent_at=None) | Q(sent_at__lt=stale))
    return sum(send_hint(pk) for pk in unheard.values_list("pk", flat=True))
