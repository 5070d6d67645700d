"""Tables of what a learner writes: drafts and their history, answers, frozen submissions."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class Draft(models.Model):
    """A learner's current files for one lab.

    `revision` grows by one with every change; a save names the revision it was made from, so
    that two tabs cannot overwrite each other unseen.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="drafts")
    lab_slug = models.CharField(max_length=80)
    files = models.JSONField(default=dict)
    revision = models.PositiveIntegerField(default=0)
    saved_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "lab_slug"], name="one_draft_per_lab"),
        ]

    def __str__(self) -> str:
        return f"draft {self.revision} of {self.lab_slug}"


class DraftRevision(models.Model):
    """One earlier state of a draft, kept so that it can be brought back.

    `origin` says how it came about: an edit, an upload, a reset, a restore, or the losing side
    of two tabs that saved at once.
    """

    ORIGINS = [(word, word) for word in ("edit", "upload", "reset", "restore", "conflict")]

    draft = models.ForeignKey(Draft, models.CASCADE, related_name="revisions")
    revision = models.PositiveIntegerField()
    files = models.JSONField()
    origin = models.CharField(max_length=12, choices=ORIGINS, default="edit")
    saved_at = models.DateTimeField()

    class Meta:
        ordering = ["-revision", "-id"]
        indexes = [models.Index(fields=["draft", "revision"])]

    def __str__(self) -> str:
        return f"revision {self.revision} ({self.origin})"


class Submission(models.Model):
    """A frozen draft: what is judged. Never changed after it was made."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="submissions")
    lab_slug = models.CharField(max_length=80)
    lab_digest = models.CharField(max_length=64)
    stage = models.CharField(max_length=12)
    files = models.JSONField()
    digest = models.CharField(max_length=64)
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["user", "lab_slug"])]

    def __str__(self) -> str:
        return f"{self.lab_slug} {self.stage} {self.digest[:8]}"


class Prediction(models.Model):
    """The option a learner chose before the run. Locked: there is one, and it stays."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="predictions")
    lab_slug = models.CharField(max_length=80)
    choice = models.PositiveSmallIntegerField()
    right = models.BooleanField()
    locked_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "lab_slug"], name="one_prediction_per_lab"),
        ]

    def __str__(self) -> str:
        return f"{self.lab_slug}: option {self.choice}"


class Explanation(models.Model):
    """What a learner wrote about the failure, and which strong points they found in it."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="explanations")
    lab_slug = models.CharField(max_length=80)
    text = models.TextField()
    points = models.JSONField(default=list)
    checked_at = models.DateTimeField(null=True)
    saved_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "lab_slug"], name="one_explanation_per_lab"),
        ]

    def __str__(self) -> str:
        return f"{self.lab_slug}: {self.text[:40]}"


class HintSeen(models.Model):
    """A hint a learner asked for; `number` counts from 1."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="hints_seen")
    lab_slug = models.CharField(max_length=80)
    number = models.PositiveSmallIntegerField()
    seen_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "lab_slug", "number"], name="hint_seen_once"),
        ]

    def __str__(self) -> str:
        return f"{self.lab_slug}: hint {self.number}"
