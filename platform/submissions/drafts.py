"""Keeps a learner's files: saves them, remembers earlier states, brings one back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from judge.errors import LearnerError
from judge.lab import Lab
from judge.workspace import printable
from submissions.models import Draft, DraftRevision

MAX_DRAFT_BYTES = 1_048_576
"""The most one file of a draft may hold: far above what a lab takes, so that a text that is
too long to run is still kept while its writer shortens it."""

MERGE_EDITS_WITHIN_S = 30
"""Edits closer together than this share one line of the history."""

KEPT_REVISIONS = 60
"""Older states of a draft than this many are let go; submissions keep theirs for ever."""


@dataclass(frozen=True, slots=True)
class Saved:
    """What a save led to. On a conflict nothing was overwritten: `files` and `revision` are the
    other side's, and the caller's files stand in the history as `kept_as`.
    """

    files: dict[str, str]
    revision: int
    conflict: bool = False
    kept_as: int | None = None


def open_draft(user, lab: Lab) -> tuple[Draft, bool]:
    """The user's draft for this lab, and whether it was made just now, from the starter."""
    draft, made = Draft.objects.get_or_create(
        user=user, lab_slug=lab.slug, defaults={"files": dict(lab.starter), "revision": 1}
    )
    if made:
        _remember(draft, "reset", joins=False)
    return draft, made


def current_files(user, lab: Lab) -> dict[str, str]:
    """The files as the editor shows them: the draft's, the starter's where it has none."""
    draft = Draft.objects.filter(user=user, lab_slug=lab.slug).first() if user.pk else None
    return dict(lab.starter) | _still_offered(lab, draft.files if draft else {})


def save_draft(
    user, lab: Lab, files: Mapping[str, str], base_revision: int | None, origin: str = "edit"
) -> Saved:
    """Keep `files`, made from `base_revision` (0: there was no draft; None: whatever is there).

    Raises:
        LearnerError: a file cannot even be kept as a draft; what was saved before stands.
    """
    _check_keepable(lab, files)
    with transaction.atomic():
        draft, made = open_draft(user, lab)
        base_revision = draft.revision if made else base_revision
        draft = Draft.objects.select_for_update().get(pk=draft.pk)
        merged = dict(lab.starter) | _still_offered(lab, draft.files) | dict(files)
        if merged == draft.files:
            return Saved(draft.files, draft.revision)
        if base_revision is not None and base_revision != draft.revision:
            kept = DraftRevision.objects.create(
                draft=draft,
                revision=draft.revision,
                files=merged,
                origin="conflict",
                saved_at=timezone.now(),
            )
            _let_old_go(draft)
            return Saved(draft.files, draft.revision, conflict=True, kept_as=kept.pk)
        draft.files, draft.revision = merged, draft.revision + 1
        draft.save(update_fields=["files", "revision", "saved_at"])
        _remember(draft, origin, joins=base_revision is not None)
    return Saved(draft.files, draft.revision)


def reset_draft(user, lab: Lab) -> Saved:
    """Go back to the starter. Soft: the files of before stay in the history."""
    return save_draft(user, lab, dict(lab.starter), None, origin="reset")


def restore_draft(user, lab: Lab, revision_id: int) -> Saved:
    """Bring back an earlier state. Raises DraftRevision.DoesNotExist for another's."""
    kept = DraftRevision.objects.get(pk=revision_id, draft__user=user, draft__lab_slug=lab.slug)
    return save_draft(user, lab, _still_offered(lab, kept.files), None, origin="restore")


def _remember(draft: Draft, origin: str, *, joins: bool) -> None:
    """`joins`: the state was made from the one before, so nothing is lost if they share a line."""
    now = timezone.now()
    last = draft.revisions.first()
    recent = last and last.saved_at > now - timedelta(seconds=MERGE_EDITS_WITHIN_S)
    # A conflict between them is another tab's text: whoever wins may have seen neither.
    if joins and recent and origin == last.origin == "edit":
        # The time stays that of the first edit, so that steady typing still leaves lines behind.
        last.files, last.revision = draft.files, draft.revision
        last.save(update_fields=["files", "revision"])
        return
    DraftRevision.objects.create(
        draft=draft, revision=draft.revision, files=draft.files, origin=origin, saved_at=now
    )
    _let_old_go(draft)


def _let_old_go(draft: Draft) -> None:
    old = draft.revisions.values_list("pk", flat=True)[KEPT_REVISIONS:]
    DraftRevision.objects.filter(pk__in=list(old)).delete()


def _still_offered(lab: Lab, files: Mapping[str, str]) -> dict[str, str]:
    """Without the files that the lab's author has taken away since."""
    return {name: text for name, text in files.items() if name in lab.starter}


def _check_keepable(lab: Lab, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        if name not in lab.starter:
            raise LearnerError(
                "wrong-name",
                f"{printable(name)} is not a file of this lab. It takes {', '.join(lab.starter)}.",
                name,
            )
        _check_text(name, text)


def _check_text(name: str, text: str) -> None:
    if not isinstance(text, str) or "\0" in text:
        # PostgreSQL refuses U+0000 in JSON; without this the save would be a server error.
        raise LearnerError("binary-file", f"{name} holds binary data. Send it as text.", name)
    try:
        size_bytes = len(text.encode())
    except UnicodeEncodeError:
        raise LearnerError(
            "not-utf-8", f"{name} holds half a character. Type that place again.", name
        ) from None
    if size_bytes > MAX_DRAFT_BYTES:
        raise LearnerError(
            "file-too-large",
            f"{name} has {size_bytes:,} bytes; a draft keeps up to {MAX_DRAFT_BYTES:,}. "
            "It is not saved; shorten it.",
            name,
        )
