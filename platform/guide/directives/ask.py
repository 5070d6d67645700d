"""`{ask}`: a question of an interview, with a strong and a weak answer."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.safestring import SafeString

from judge.fields import Fields
from web.prose import inline


@dataclass(frozen=True, slots=True)
class Ask:
    """`follow_up` is what an interviewer asks next, or ""."""

    question: SafeString
    strong: SafeString
    weak: SafeString
    follow_up: SafeString
    name = "ask"


def read(fields: Fields) -> Ask:
    """The directive in those fields."""
    return Ask(
        question=inline(fields.text("question")),
        strong=inline(fields.text("strong")),
        weak=inline(fields.text("weak")),
        follow_up=inline(fields.text("follow_up", "")),
    )
