"""Where the histories of judged runs are kept: one file a run, named after attempt and epoch."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings

from attempts.models import Attempt


def new_history_path(attempt: Attempt, epoch: int) -> Path:
    """Where the run of this epoch may write. Another epoch never writes to the same file."""
    folder: Path = settings.HOME.histories
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"{attempt.uid}-{epoch}.jsonl"


def history_file(attempt: Attempt) -> Path | None:
    """The stored history of a judged attempt; None when there is none, or not on this machine."""
    if not attempt.history_name:
        return None
    path: Path = settings.HOME.histories / attempt.history_name
    return path if path.is_file() else None
