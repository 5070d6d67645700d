"""Who may judge an attempt: claimed by conditional update, held by heartbeat, fenced by epoch."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from attempts.models import Attempt, Charge
from attempts.relay import hint_once_committed
from judge.verdict import Verdict

LEASE_S = 30
"""How long a worker may be silent before its attempt is given to another."""

BEAT_EVERY_S = LEASE_S / 4

MAX_TRIES = 3
"""Workers that may die under one attempt before we stop and say so; a file that kills every
worker would otherwise run for ever."""

RERUNS = 1
"""An INCONCLUSIVE run is repeated this often by itself before the learner hears of it."""


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to judge one attempt, as long as no newer epoch exists."""

    attempt_id: int
    uid: str
    epoch: int
    owner: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run led to, as it is stored."""

    report: dict[str, Any]
    story: dict[str, Any] | None = None
    trace: dict[str, Any] | None = None
    history_name: str = ""


def claim(attempt_id: int, owner: str, host: str) -> Lease | None:
    """Take a queued attempt; None when it is not there to take. Of many callers one succeeds."""
    now = timezone.now()
    with transaction.atomic():
        taken = Attempt.objects.filter(pk=attempt_id, state=Attempt.QUEUED).update(
            state=Attempt.RUNNING,
            epoch=F("epoch") + 1,
            owner=owner,
            worker_host=host,
            lease_until=_lease_end(now),
            started_at=now,
        )
        if not taken:
            return None
        uid, epoch = Attempt.objects.values_list("uid", "epoch").get(pk=attempt_id)
    return Lease(attempt_id, uid, epoch, owner)


def beat(lease: Lease) -> bool:
    """Extend the lease. False: it is lost, or a cancel was asked for, so stop the run."""
    held = _held(lease).filter(cancel_requested=False)
    return bool(held.update(lease_until=_lease_end(timezone.now())))


def finish(lease: Lease, outcome: Outcome) -> bool:
    """Store the verdict and its charge, once. False when the lease was lost: nothing is stored.

    The first INCONCLUSIVE is not stored but queued again; only FAIL inserts a charge. A cancel
    that was asked for in the meantime, and agreed to, ends the attempt without a verdict.
    """
    report = outcome.report
    with transaction.atomic():
        inconclusive = report["verdict"] == Verdict.INCONCLUSIVE
        if inconclusive and _queue_once_more(lease):
            hint_once_committed(lease.attempt_id)
            return True
        stored = _held(lease).filter(cancel_requested=False).update(
            state=Attempt.JUDGED,
            verdict=report["verdict"],
            reason=report["reason"] or "",
            report=report,
            story=outcome.story,
            trace=outcome.trace,
            history_name=outcome.history_name,
            finished_at=timezone.now(),
            lease_until=None,
        )
        if not stored:
            return settle_cancel(lease)
        if report["verdict"] == Verdict.FAIL:
            attempt = Attempt.objects.only("user_id", "lab_slug").get(pk=lease.attempt_id)
            Charge.objects.create(
                attempt=attempt, user_id=attempt.user_id, lab_slug=attempt.lab_slug
            )
    return True


def give_up(lease: Lease) -> None:
    """Something of ours broke outside the run: queue it again, or fail it after MAX_TRIES."""
    requeue(_held(lease))


def fail(lease: Lease, reason: str) -> bool:
    """End the attempt for a reason of ours that no further try can mend; it costs nothing."""
    return bool(
        _held(lease).update(
            state=Attempt.FAILED, reason=reason, finished_at=timezone.now(), lease_until=None
        )
    )


def settle_cancel(lease: Lease) -> bool:
    """End a running attempt whose cancel was asked for. False when there is none to end."""
    asked = _held(lease).filter(cancel_requested=True)
    return bool(asked.update(state=Attempt.CANCELLED, finished_at=timezone.now(), lease_until=None))


def requeue(running) -> int:
    """Queue these running attempts again; those out of tries fail, uncharged. How many moved."""
    now = timezone.now()
    with transaction.atomic():
        ended = running.filter(cancel_requested=True).update(
            state=Attempt.CANCELLED, finished_at=now, lease_until=None
        )
        failed = running.filter(tries__gte=MAX_TRIES - 1).update(
            state=Attempt.FAILED,
            reason="worker-lost",
            tries=F("tries") + 1,
            finished_at=now,
            lease_until=None,
        )
        again = running.update(
            state=Attempt.QUEUED, tries=F("tries") + 1, sent_at=None, owner="", lease_until=None
        )
    return ended + failed + again


def hand_back(owner_prefix: str) -> int:
    """Queue again what this worker process still runs, as it is told to end; no try is used up."""
    mine = Attempt.objects.filter(state=Attempt.RUNNING, owner__startswith=owner_prefix)
    return mine.update(state=Attempt.QUEUED, sent_at=None, owner="", lease_until=None)


def _queue_once_more(lease: Lease) -> int:
    first = _held(lease).filter(reruns__lt=RERUNS, cancel_requested=False)
    return first.update(
        state=Attempt.QUEUED, reruns=F("reruns") + 1, sent_at=None, owner="", lease_until=None
    )


def _held(lease: Lease):
    return Attempt.objects.filter(
        pk=lease.attempt_id, state=Attempt.RUNNING, epoch=lease.epoch, owner=lease.owner
    )


def _lease_end(now: datetime) -> datetime:
    return now + timedelta(seconds=LEASE_S)
