"""Reads the lessons from content/, and keeps a broken one from harming the others."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from guide.errors import LessonError
from guide.front_matter import split
from guide.lesson import Lesson
from guide.sections import cut
from judge.errors import AuthorError
from judge.fields import Fields

NUMBERED = re.compile(r"(\d\d)-([a-z0-9]+(?:-[a-z0-9]+)*)")


@dataclass(frozen=True, slots=True)
class Topic:
    """A folder of content/ with at least one lesson that can be read."""

    number: str
    slug: str
    title: str
    about: str
    lessons: tuple[Lesson, ...]


@dataclass(frozen=True, slots=True)
class Shelf:
    """Everything in content/: the topics in order, and what is wrong with the rest."""

    topics: tuple[Topic, ...]
    errors: tuple[LessonError, ...]

    @property
    def lessons(self) -> tuple[Lesson, ...]:
        """Every lesson, in the order of the course."""
        return tuple(lesson for topic in self.topics for lesson in topic.lessons)

    def find(self, key: str) -> Lesson | None:
        """The lesson at that address."""
        return next((lesson for lesson in self.lessons if lesson.key == key), None)

    def topic(self, slug: str) -> Topic | None:
        """The topic of that name."""
        return next((topic for topic in self.topics if topic.slug == slug), None)


# Reading a lesson costs about 20 ms, looking at its time stamp a few microseconds.
_read: dict[Path, tuple[tuple[int, int], Lesson | LessonError]] = {}


def shelf(content: Path | None = None) -> Shelf:
    """The course as the files stand now."""
    root = content or Path(settings.CONTENT_DIR)
    topics: list[Topic] = []
    errors: list[LessonError] = []
    for folder in sorted(path for path in root.iterdir() if path.is_dir()):
        named = NUMBERED.fullmatch(folder.name)
        if not named:
            continue
        found = [_lesson(root, path, named) for path in sorted(folder.glob("*.md"))]
        errors += [wrong for wrong in found if isinstance(wrong, LessonError)]
        try:
            title, about = _topic(root, folder, named[2])
        except LessonError as wrong:
            errors.append(wrong)
            title, about = named[2].capitalize(), ""
        lessons = tuple(lesson for lesson in found if isinstance(lesson, Lesson))
        if lessons:
            topics.append(Topic(named[1], named[2], title, about, lessons))
    return Shelf(tuple(topics), tuple(errors))


def _topic(root: Path, folder: Path, slug: str) -> tuple[str, str]:
    path = folder / "topic.toml"
    name = f"{root.name}/{folder.name}/topic.toml"
    if not path.is_file():
        return slug.replace("-", " ").capitalize(), ""
    try:
        fields = Fields(name, tomllib.loads(path.read_text(encoding="utf-8")))
        said = fields.text("title"), fields.text("about", "")
        fields.done()
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as wrong:
        raise LessonError(name, 0, f"is not TOML: {wrong}.") from None
    except AuthorError as wrong:
        raise LessonError(name, 0, str(wrong).removeprefix(f"{name}: ")) from None
    return said


def _lesson(root: Path, path: Path, topic: re.Match[str]) -> Lesson | LessonError:
    state = path.stat()
    mark = (state.st_mtime_ns, state.st_size)
    known = _read.get(path)
    if known and known[0] == mark:
        return known[1]
    try:
        found: Lesson | LessonError = _load(root, path, topic)
    except LessonError as wrong:
        found = wrong
    _read[path] = (mark, found)
    return found


def _load(root: Path, path: Path, topic: re.Match[str]) -> Lesson:
    file = f"{root.name}/{path.parent.name}/{path.name}"
    named = NUMBERED.fullmatch(path.stem)
    if not named:
        raise LessonError(
            file, 0, "is not named NN-words.md.", "Two digits give the order: 03-high-watermark.md."
        )
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as wrong:
        raise LessonError(file, 0, f"is not UTF-8 text: {wrong.reason}.") from None
    head, body, lines_before = split(file, text)
    sections = cut(file, body, lines_before)
    lesson = Lesson(f"{topic[2]}/{named[2]}", f"{topic[1]}.{named[1]}", file, head, sections)
    _check_ids(lesson)
    return lesson


def _check_ids(lesson: Lesson) -> None:
    ids = [question.id for question in lesson.questions]
    for name in ids:
        if ids.count(name) > 1:
            raise LessonError(
                lesson.file, 0, f"has two {{predict}} called {name!r}.", "Rename one."
            )
