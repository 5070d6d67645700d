"""Tables of attempts: the row that owns a run, the charge it may cost, the hosts that work."""

from __future__ import annotations

import secrets

from django.conf import settings
from django.db import models


def new_uid() -> str:
    """The name of an attempt in addresses: short, and it tells nobody how many there are."""
    return secrets.token_hex(6)


class Attempt(models.Model):
    """One judged run of a submission. This row, not any message, owns the attempt.

    queued ──claim──► running ──finish──► judged
      ▲                 │ lease ran out, or an INCONCLUSIVE that is rerun once
      └─────────────────┘          tries used up ──► failed (not charged)
    queued or running ──cancel──► cancelled (not charged)

    `epoch` grows with every claim; only the holder of the newest epoch may write a result, and
    events carry it, so that a worker that was thought dead changes nothing.
    """

    QUEUED, RUNNING, JUDGED, FAILED, CANCELLED = (
        "queued",
        "running",
        "judged",
        "failed",
        "cancelled",
    )
    STATES = [(word, word) for word in (QUEUED, RUNNING, JUDGED, FAILED, CANCELLED)]
    OPEN = (QUEUED, RUNNING)

    uid = models.CharField(max_length=12, unique=True, default=new_uid, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="attempts")
    submission = models.ForeignKey(
        "submissions.Submission", models.CASCADE, related_name="attempts"
    )
    lab_slug = models.CharField(max_length=80)
    stage = models.CharField(max_length=12)
    number = models.PositiveIntegerField()
    made_at = models.DateTimeField(auto_now_add=True)

    state = models.CharField(max_length=10, choices=STATES, default=QUEUED)
    priority = models.SmallIntegerField(default=0)
    epoch = models.PositiveIntegerField(default=0)
    owner = models.CharField(max_length=120, blank=True)
    lease_until = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    reruns = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
    cancel_requested = models.BooleanField(default=False)
    worker_host = models.CharField(max_length=120, blank=True)

    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    verdict = models.CharField(max_length=12, blank=True)
    reason = models.CharField(max_length=60, blank=True)
    report = models.JSONField(null=True)
    story = models.JSONField(null=True)
    trace = models.JSONField(null=True)
    history_name = models.CharField(max_length=80, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "lab_slug", "number"], name="one_number_each"),
        ]
        indexes = [
            models.Index(fields=["state", "priority", "id"]),
            models.Index(fields=["user", "lab_slug", "-id"]),
            models.Index(fields=["lab_slug", "state", "-id"]),
        ]

    def __str__(self) -> str:
        return f"{self.lab_slug} {self.stage} attempt {self.number} ({self.state})"

    @property
    def is_open(self) -> bool:
        """Whether it may still change by itself."""
        return self.state in self.OPEN


class Charge(models.Model):
    """What an attempt cost. One at most, and only for a FAIL: the key is the attempt itself."""

    attempt = models.OneToOneField(Attempt, models.CASCADE, primary_key=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="charges")
    lab_slug = models.CharField(max_length=80)
    made_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"charge for {self.attempt_id}"


class WorkerHost(models.Model):
    """A machine that judges: how many at once, and when it was last heard of."""

    host = models.CharField(max_length=120, primary_key=True)
    slots = models.PositiveSmallIntegerField()
    seen_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.host}: {self.slots} slots"
