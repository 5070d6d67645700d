"""`{note}`: a remark beside the argument; its body is Markdown."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.safestring import SafeString

from web.prose import inline, to_html


@dataclass(frozen=True, slots=True)
class Note:
    """Heading and body."""

    heading: SafeString
    body: SafeString
    name = "note"


def read(heading: str, body: str) -> Note:
    """The directive with that heading and that body."""
    return Note(heading=inline(heading or "Note"), body=to_html(body))
