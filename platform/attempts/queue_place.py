"""Where an attempt stands in the queue and how long that may take, from the database alone."""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Q, Sum
from django.utils import timezone

from attempts.models import Attempt, WorkerHost

HOST_IS_LIVE_S = 60
"""A host that has not been heard of for this long counts no more."""

USUAL_RUN_S = 25.0
"""Said of a lab that nobody has run yet; a measured run of the first lab took about this."""

MEASURED_RUNS = 50


@dataclass(frozen=True, slots=True)
class QueuePlace:
    """`place` counts from 1; `wait_s` is None while no worker is up."""

    place: int
    wait_s: float | None


def queue_place(attempt: Attempt) -> QueuePlace | None:
    """The place of a queued attempt; None for one that does not wait."""
    if attempt.state != Attempt.QUEUED:
        return None
    ahead = Attempt.objects.filter(state=Attempt.QUEUED).filter(
        Q(priority__gt=attempt.priority) | Q(priority=attempt.priority, id__lt=attempt.pk)
    )
    place = ahead.count() + 1
    slots = live_slots()
    free = slots - Attempt.objects.filter(state=Attempt.RUNNING).count()
    if not slots:
        return QueuePlace(place, None)
    return QueuePlace(place, 0.0 if place <= free else place * usual_run_s(attempt) / slots)


def live_slots() -> int:
    """How many attempts the hosts heard of lately can judge at once."""
    since = timezone.now() - timedelta(seconds=HOST_IS_LIVE_S)
    return WorkerHost.objects.filter(seen_at__gte=since).aggregate(n=Sum("slots"))["n"] or 0


def usual_run_s(attempt: Attempt) -> float:
    """The median of the last runs of this lab."""
    rows = Attempt.objects.filter(lab_slug=attempt.lab_slug, state=Attempt.JUDGED)
    times = rows.order_by("-id").values_list("started_at", "finished_at")[:MEASURED_RUNS]
    lasted = [(end - begin).total_seconds() for begin, end in times if begin and end]
    return statistics.median(lasted) if lasted else USUAL_RUN_S
