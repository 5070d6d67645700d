"""Asks the engine to tell a run as pictures: lanes, and the life of one record."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

log = logging.getLogger(__name__)


def tell_story(report: dict[str, Any], history: Path) -> dict[str, Any] | None:
    """What each process saw, as `judge.story` tells it; None when it cannot be told.

    The verdict stands without its pictures, so nothing that goes wrong here may cost it.
    """
    if not history.is_file():
        return None
    try:
        from judge.history import read_history
        from judge.story import tell

        return tell(list(read_history(history)), report).to_dict()
    except Exception:
        log.exception("the story of %s could not be told", history.name)
        return None
