"""Reads what the commands of a program report of themselves: a claim, checked for its form."""

from __future__ import annotations

import json

from judge.inside.programs.kind import Command

MOST_BYTES = 256 << 10
"""Of reports in one run, some thousand commands; more is a flood."""

_MOST_CHARS = 800


def read_report(text: str, at_s: float) -> Command | None:
    """The command that a line reports; None when it is no report. Never raises for its content."""
    try:
        row = json.loads(text)
        line, code, seconds = row["line"], row["code"], row["seconds"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    fits = isinstance(line, str) and type(code) is int and isinstance(seconds, int | float)
    if not fits or not 0 <= code <= 255 or not 0 <= seconds < 1e6:
        return None
    return Command(line[:_MOST_CHARS], code, float(seconds), at_s)
