"""Moves a guest's answers and read lessons to the account they log in to."""

from __future__ import annotations

from accounts.models import User
from guide.models import LessonAnswer, LessonRead


def move(guest: User, owner: User) -> None:
    """Give the rows to the owner. Where both have one, the owner's own stands."""
    answered = LessonAnswer.objects.filter(user=owner).values_list("lesson", "question")
    for answer in LessonAnswer.objects.filter(user=guest):
        if (answer.lesson, answer.question) not in set(answered):
            LessonAnswer.objects.filter(pk=answer.pk).update(user=owner)
    read = LessonRead.objects.filter(user=owner).values("lesson")
    LessonRead.objects.filter(user=guest).exclude(lesson__in=read).update(user=owner)
