"""`{predict}`: a question to be answered before the text goes on."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.utils.safestring import SafeString

from judge.fields import Fields
from web.prose import inline

ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class Predict:
    """The question, its options and, for those who have answered, the reason."""

    id: str
    question: SafeString
    options: tuple[SafeString, ...]
    answer: int
    because: SafeString
    name = "predict"


def read(fields: Fields) -> Predict:
    """The directive in those fields."""
    options = fields.texts("options")
    answer = fields.whole("answer")
    name = fields.text("id")
    if not ID.fullmatch(name):
        raise fields.wrong("id", "must be small letters, digits and hyphens.")
    if len(options) < 2:
        raise fields.wrong("options", "must hold at least two options.")
    if answer >= len(options):
        raise fields.wrong("answer", f"is {answer}, but options count from 0.", "Count again.")
    return Predict(
        id=name,
        question=inline(fields.text("question")),
        options=tuple(inline(option) for option in options),
        answer=answer,
        because=inline(fields.text("because")),
    )
