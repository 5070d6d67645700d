"""Reports everything that is wrong with the lessons, by file and line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from guide.shelf import shelf


class Command(BaseCommand):
    """`manage.py check_lessons`"""

    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        """Print what is wrong; the exit code is 1 when anything is."""
        course = shelf()
        wrong = [str(error) for error in course.errors]
        for lesson in course.lessons:
            missing = sorted(
                {
                    f"{claim.lab}/solutions/{claim.solution}"
                    for claim in lesson.claims
                    if not (
                        Path(settings.LABS_DIR) / claim.lab / "solutions" / claim.solution
                    ).is_dir()
                }
            )
            wrong += [f"{lesson.file}: no folder labs/{path} for a claim." for path in missing]
        if wrong:
            raise CommandError("\n".join(wrong))
        self.stdout.write(f"{len(course.lessons)} lessons, nothing wrong.")
