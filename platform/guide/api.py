"""The guide through the API: lessons, their questions, and the locking of answers."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import NotFound
from rest_framework.permissions import IsAuthenticatedOrReadOnly
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from guide.answering import NoSuchOptionError, lock_answer, mark_read
from guide.lesson import Lesson
from guide.models import LessonAnswer, LessonRead
from guide.shelf import shelf


class LessonLine(serializers.Serializer):
    """A lesson in the list."""

    key = serializers.CharField()
    number = serializers.CharField()
    title = serializers.CharField(source="head.title")
    summary = serializers.CharField(source="head.summary")
    minutes = serializers.IntegerField(source="head.minutes")
    level = serializers.CharField(source="head.level")
    labs = serializers.ListField(source="head.labs", child=serializers.CharField())


class Question(serializers.Serializer):
    """A question; the last three are null until the answer is locked."""

    id = serializers.CharField()
    question = serializers.CharField()
    options = serializers.ListField(child=serializers.CharField())
    choice = serializers.IntegerField(allow_null=True)
    answer = serializers.IntegerField(allow_null=True)
    because = serializers.CharField(allow_null=True)


class LessonWhole(LessonLine):
    """A lesson with its questions."""

    read = serializers.BooleanField()
    questions = Question(many=True)


class Choice(serializers.Serializer):
    """The number of the option chosen, from 0."""

    choice = serializers.IntegerField(min_value=0)


class Lessons(APIView):
    """GET /api/lessons/"""

    permission_classes = [IsAuthenticatedOrReadOnly]

    @extend_schema(
        summary="Every lesson, in the order of the course", responses=LessonLine(many=True)
    )
    def get(self, request: Request) -> Response:
        """The lessons that can be read."""
        return Response(LessonLine(shelf().lessons, many=True).data)


class OneLesson(APIView):
    """GET /api/lessons/<topic>/<slug>/"""

    permission_classes = [IsAuthenticatedOrReadOnly]

    @extend_schema(summary="Get a lesson and its questions.", responses=LessonWhole)
    def get(self, request: Request, topic: str, slug: str) -> Response:
        """The lesson; what the answers are shows only once they are locked."""
        lesson = _find(topic, slug)
        rows = LessonAnswer.objects.filter(user=request.user.pk, lesson=lesson.key)
        locked = {row.question: row for row in rows}
        said = LessonLine(lesson).data | {
            "read": LessonRead.objects.filter(user=request.user.pk, lesson=lesson.key).exists(),
            "questions": [_question(asked, locked.get(asked.id)) for asked in lesson.questions],
        }
        return Response(said)


class Answers(APIView):
    """POST /api/lessons/<topic>/<slug>/answers/<question>/"""

    @extend_schema(summary="Lock an answer; it stays.", request=Choice, responses=Question)
    def post(self, request: Request, topic: str, slug: str, question: str) -> Response:
        """Lock it; a second answer changes nothing."""
        lesson = _find(topic, slug)
        asked = lesson.question(question)
        if asked is None:
            raise NotFound(f"The lesson asks nothing called {question}.")
        chosen = Choice(data=request.data)
        chosen.is_valid(raise_exception=True)
        try:
            locked = lock_answer(request.user, lesson, asked, chosen.validated_data["choice"])
        except NoSuchOptionError as wrong:
            raise serializers.ValidationError({"choice": [str(wrong)]}) from None
        return Response(_question(asked, locked))


class Read(APIView):
    """POST /api/lessons/<topic>/<slug>/read/"""

    @extend_schema(summary="Mark a lesson as read.", request=None, responses={204: None})
    def post(self, request: Request, topic: str, slug: str) -> Response:
        """Mark it; doing so twice changes nothing."""
        mark_read(request.user, _find(topic, slug))
        return Response(status=status.HTTP_204_NO_CONTENT)


def _find(topic: str, slug: str) -> Lesson:
    lesson = shelf().find(f"{topic}/{slug}")
    if lesson is None:
        raise NotFound(f"No lesson is called {topic}/{slug}.")
    return lesson


def _question(asked: Any, locked: LessonAnswer | None) -> dict[str, Any]:
    return {
        "id": asked.id,
        "question": asked.question,
        "options": list(asked.options),
        "choice": locked.choice if locked else None,
        "answer": asked.answer if locked else None,
        "because": asked.because if locked else None,
    }
