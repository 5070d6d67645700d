"""What the home page shows, and where it gets it from.

`web` is the lowest layer, so the apps above offer functions in a module of theirs called `home`:

- `next_step(request) -> Step | None`: what this person should do next; the highest app that
  has an answer wins;
- `chapters(request) -> list[Chapter]`: the course;
- `families(request) -> list[Family]`: the labs, by what breaks.

Each may leave any of them out by returning None or an empty list.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from django.conf import settings
from django.http import HttpRequest


@dataclass(frozen=True, slots=True)
class Link:
    """A page and the words that lead to it."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Then:
    """A line of the list beside the step; `url` may be ""."""

    label: str
    says: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """The one thing to do next: a heading, why, and the button that does it."""

    kicker: str
    heading: str
    text: str
    action: Link
    also: tuple[Link, ...] = ()
    then_heading: str = "Then"
    then: tuple[Then, ...] = ()


@dataclass(frozen=True, slots=True)
class LessonRow:
    """A lesson in the table of contents; `state` in words, `says` time and claims."""

    number: str
    title: str
    url: str
    rows: str
    state: str
    says: str
    is_read: bool
    is_next: bool


@dataclass(frozen=True, slots=True)
class Chapter:
    """A topic of the course."""

    number: str
    title: str
    about: str
    lessons: tuple[LessonRow, ...]

    @property
    def url(self) -> str:
        """Its first lesson."""
        return self.lessons[0].url

    @property
    def read(self) -> int:
        """How many of its lessons were read."""
        return sum(lesson.is_read for lesson in self.lessons)

    @property
    def is_current(self) -> bool:
        """Whether the next lesson is one of its."""
        return any(lesson.is_next for lesson in self.lessons)


@dataclass(frozen=True, slots=True)
class LabRow:
    """A lab; `sign` and `state` say how far this person got (not-run, fail, pass)."""

    slug: str
    url: str
    says: str
    minutes: int
    sign: str = "not-run"
    state: str = "not tried"


@dataclass(frozen=True, slots=True)
class Family:
    """Labs in which the same thing breaks; `sign` is a name of the `sign` tag."""

    sign: str
    heading: str
    says: str
    labs: tuple[LabRow, ...]


def next_step(request: HttpRequest) -> Step | None:
    """The first answer, the highest app asked first."""
    return next((step for step in _asked(settings.HOME_STEPS, request) if step), None)


def chapters(request: HttpRequest) -> list[Chapter]:
    """The course, as every app that has chapters tells it."""
    return [chapter for found in _asked(settings.HOME_CHAPTERS, request) for chapter in found or ()]


def families(request: HttpRequest) -> list[Family]:
    """The labs, as every app that has some tells them."""
    return [family for found in _asked(settings.HOME_FAMILIES, request) for family in found or ()]


def _asked(paths: Iterable[str], request: HttpRequest) -> Iterable[Any]:
    for path in paths:
        function = _function(path)
        if function is not None:
            yield function(request)


def _function(path: str) -> Any:
    """The function, or None when the app's home module offers only others."""
    module, name = path.rsplit(".", 1)
    return getattr(import_module(module), name, None)
