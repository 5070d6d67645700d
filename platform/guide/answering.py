"""Locks an answer, and marks a lesson as read. Doing either twice changes nothing."""

from __future__ import annotations

from django.db import IntegrityError, transaction

from accounts.models import User
from guide.directives.predict import Predict
from guide.lesson import Lesson
from guide.models import LessonAnswer, LessonRead


class NoSuchOptionError(ValueError):
    """The question has no option of that number."""


def lock_answer(user: User, lesson: Lesson, question: Predict, choice: int) -> LessonAnswer:
    """Lock the option numbered `choice` (from 0). Raises NoSuchOptionError."""
    if not 0 <= choice < len(question.options):
        raise NoSuchOptionError(f"{question.id} has no option {choice}")
    try:
        with transaction.atomic():
            return LessonAnswer.objects.create(
                user=user,
                lesson=lesson.key,
                question=question.id,
                choice=choice,
                right=choice == question.answer,
            )
    except IntegrityError:
        # Locked already, perhaps by the other tab: the first answer stands.
        return LessonAnswer.objects.get(user=user, lesson=lesson.key, question=question.id)


def mark_read(user: User, lesson: Lesson) -> None:
    """The reader has finished the lesson."""
    LessonRead.objects.get_or_create(user=user, lesson=lesson.key)
