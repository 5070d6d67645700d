"""Judges a stored history again: no cluster, no clock, the same bytes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from judge.errors import JudgeError
from judge.history import Op, op_from_dict
from judge.judging import judge_history
from judge.terms import Terms
from judge.verdict import Report


def replay(history_path: Path, terms: Terms | None = None, *, stage: str | None = None) -> Report:
    """The report of a stored history, by the terms stored in it or by `terms` instead.

    `stage` judges it as that stage. With its own terms and stage the report has the same bytes
    as that of the run.

    Raises JudgeError `history-unreadable` naming the line that cannot be read.
    """
    return judge_history(stored_ops(history_path), terms, stage=stage)


def stored_ops(history_path: Path) -> Iterator[Op]:
    """The operations of a stored history, one a line. Raises JudgeError `history-unreadable`."""
    try:
        lines = history_path.open(encoding="utf-8")
    except OSError as wrong:
        why = wrong.strerror or str(wrong)
        raise JudgeError("history-unreadable", f"{history_path}: {why}") from None
    with lines:
        for number, line in enumerate(lines, start=1):
            try:
                yield op_from_dict(json.loads(line))
            except (ValueError, TypeError) as wrong:
                raise JudgeError(
                    "history-unreadable", f"{history_path}, line {number}: {wrong}"
                ) from None
