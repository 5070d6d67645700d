"""What a lesson needs to know of a lab: enough to lead there."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from judge.errors import LabError
from judge.lab import load_lab


@dataclass(frozen=True, slots=True)
class LabCard:
    """A lab as seen from a lesson; `minutes` is 0 and the title is the slug when it is broken."""

    slug: str
    title: str
    story: str
    minutes: int

    @property
    def url(self) -> str:
        """The lab's page. The apps that serve it lie above this one, hence no reverse()."""
        return f"/labs/{self.slug}/"


def lab_card(slug: str) -> LabCard:
    """The lab of that name, as far as it can be read."""
    try:
        lab = load_lab(Path(settings.LABS_DIR) / slug)
    except LabError:
        return LabCard(slug, slug, "", 0)
    return LabCard(slug, lab.title, lab.story, lab.minutes)
