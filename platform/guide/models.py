"""What a reader leaves behind: locked answers, and which lessons were read."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class LessonAnswer(models.Model):
    """The option a reader chose before the text went on. Locked: there is one, and it stays."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="lesson_answers"
    )
    lesson = models.CharField(max_length=160)
    question = models.CharField(max_length=80)
    choice = models.PositiveSmallIntegerField()
    right = models.BooleanField()
    locked_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "lesson", "question"], name="one_answer_per_question"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.lesson} {self.question}: option {self.choice}"


class LessonRead(models.Model):
    """A lesson that its reader has finished."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="lessons_read")
    lesson = models.CharField(max_length=160)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "lesson"], name="a_lesson_is_read_once"),
        ]

    def __str__(self) -> str:
        return self.lesson
