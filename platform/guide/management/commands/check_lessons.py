"""Reports everything that is wrong with the lessons, by file and line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from guide.directives.lab import LabLink
from guide.lesson import Lesson
from guide.shelf import shelf


class Command(BaseCommand):
    """`manage.py check_lessons`"""

    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        """Print what is wrong; the exit code is 1 when anything is."""
        course = shelf()
        wrong = [str(error) for error in course.errors]
        for lesson in course.lessons:
            missing = sorted(path for path in _named(lesson) if not _exists(path))
            wrong += [f"{lesson.file}: names labs/{path}, which is not there." for path in missing]
        if wrong:
            raise CommandError("\n".join(wrong))
        self.stdout.write(f"{len(course.lessons)} lessons, nothing wrong.")


def _named(lesson: Lesson) -> set[str]:
    """Every folder under labs/ that the lesson relies on: its labs, and what proves its claims."""
    links = (block.slug for block in lesson.blocks if isinstance(block, LabLink))
    proofs = (f"{claim.lab}/solutions/{claim.solution}" for claim in lesson.claims)
    return {*lesson.head.labs, *links, *proofs}


def _exists(path: str) -> bool:
    return (Path(settings.LABS_DIR) / path).is_dir()
