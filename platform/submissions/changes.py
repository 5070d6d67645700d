"""What a draft changes in the starter, line by line."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass

from judge.lab import Lab

KEPT_AROUND = 2
SHOWN_LINES = 400


@dataclass(frozen=True, slots=True)
class Line:
    """One line: `kind` is add, del, same or skip (lines left out)."""

    kind: str
    text: str


def changes_to_starter(lab: Lab, files: Mapping[str, str]) -> dict[str, list[Line]]:
    """The changed files with their lines; unchanged files are left out."""
    return {
        name: lines_between(lab.starter[name], files[name])
        for name in lab.starter
        if files.get(name, lab.starter[name]) != lab.starter[name]
    }


def lines_between(old: str, new: str) -> list[Line]:
    """The difference with two lines around each change, bounded."""
    # difflib is quadratic on long texts without common lines; a cap keeps the page quick.
    before, after = old.splitlines()[:2000], new.splitlines()[:2000]
    kinds = {"+": "add", "-": "del", " ": "same", "@": "skip"}
    found = [
        Line(kinds[row[0]], row[1:] if row[0] != "@" else "")
        for row in difflib.unified_diff(before, after, n=KEPT_AROUND, lineterm="")
        if not row.startswith(("+++", "---"))
    ]
    return found[:SHOWN_LINES]
