"""Freezes a draft into the submission that is judged."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

from judge.lab import Lab
from judge.workspace import check_files
from submissions.drafts import current_files
from submissions.models import Submission


def freeze(user, lab: Lab, stage: str, files: Mapping[str, bytes] | None = None) -> Submission:
    """Check the files and keep them unchangeably; the draft's when `files` is None.

    Raises:
        LearnerError: a file is too large, binary, not UTF-8 or not of this lab. Nothing was
            made, and the draft is as it was.
    """
    if files is None:
        files = {name: text.encode() for name, text in current_files(user, lab).items()}
    checked = check_files(lab, files)
    texts = {name: content.decode() for name, content in sorted(checked.items())}
    return Submission.objects.create(
        user=user,
        lab_slug=lab.slug,
        lab_digest=lab.digest,
        stage=stage,
        files=texts,
        digest=digest_files(texts),
    )


def digest_files(texts: Mapping[str, str]) -> str:
    """SHA-256 over names and texts: equal files give equal digests."""
    canonical = json.dumps(texts, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()
