"""Reads the head of a lesson: what it is about, for whom, and where it leads."""

from __future__ import annotations

from dataclasses import dataclass

import yaml

from guide.errors import LessonError
from judge.errors import AuthorError
from judge.fields import Fields
from judge.lab import LEVELS

FENCE = "---"


@dataclass(frozen=True, slots=True)
class Head:
    """The front matter; `minutes` is the time an attentive reader needs."""

    title: str
    summary: str
    minutes: int
    level: str
    rows: tuple[str, ...]
    client: str
    skills: tuple[str, ...]
    labs: tuple[str, ...]


def split(file: str, text: str) -> tuple[Head, str, int]:
    """The head, the body, and how many lines stand before the body.

    Raises:
        LessonError: no head, not YAML, or a key that is missing, unknown or of the wrong type.
    """
    lines = text.splitlines()
    if not lines or lines[0].strip() != FENCE or FENCE not in (row.strip() for row in lines[1:]):
        raise LessonError(
            file, 1, "has no front matter.", f"Begin the file with {FENCE}, keys, {FENCE}."
        )
    end = next(n for n, row in enumerate(lines[1:], start=1) if row.strip() == FENCE)
    return _head(file, "\n".join(lines[1:end])), "\n".join(lines[end + 1 :]), end + 1


def _head(file: str, text: str) -> Head:
    try:
        table = yaml.safe_load(text)
    except yaml.YAMLError as wrong:
        mark = getattr(wrong, "problem_mark", None)
        line = mark.line + 2 if mark else 1
        raise LessonError(file, line, f"is not YAML: {getattr(wrong, 'problem', wrong)}.") from None
    if not isinstance(table, dict):
        raise LessonError(file, 1, "must hold key: value lines between the fences.")
    fields = Fields(file, table)
    try:
        head = Head(
            title=fields.text("title"),
            summary=fields.text("summary"),
            minutes=fields.whole("minutes", at_least=1),
            level=fields.text("level", one_of=LEVELS),
            rows=fields.texts("rows", ()),
            client=fields.text("client", ""),
            skills=fields.texts("skills", ()),
            labs=fields.texts("labs", ()),
        )
        fields.done()
    except AuthorError as wrong:
        raise LessonError(file, _line_of(text, wrong.key), str(wrong).split(": ", 1)[1]) from None
    return head


def _line_of(text: str, key: str) -> int:
    """The line of the file on which the key stands; the first when it stands nowhere."""
    for number, row in enumerate(text.splitlines(), start=2):
        if row.startswith(f"{key}:"):
            return number
    return 1
