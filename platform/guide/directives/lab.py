"""`{lab}`: the way from the lesson to the lab."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.safestring import SafeString

from judge.fields import Fields
from web.prose import inline


@dataclass(frozen=True, slots=True)
class LabLink:
    """The lab's folder and a line of invitation."""

    slug: str
    text: SafeString
    name = "lab"


def read(fields: Fields) -> LabLink:
    """The directive in those fields."""
    return LabLink(slug=fields.text("slug"), text=inline(fields.text("text")))
