"""The course and its lessons."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from accounts.guests import ensure_person
from guide.answering import NoSuchOptionError, lock_answer, mark_read
from guide.home import chapters
from guide.labs import lab_card
from guide.lesson import Lesson
from guide.models import LessonAnswer, LessonRead
from guide.shelf import Shelf, shelf


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """The table of contents; an instructor also sees what is wrong with the files."""
    user = request.user
    may_author = user.is_authenticated and user.has_role("instructor")
    seen = {"chapters": chapters(request), "errors": shelf().errors if may_author else ()}
    return render(request, "guide/index.html", seen)


@require_safe
def lesson(request: HttpRequest, topic: str, slug: str) -> HttpResponse:
    """One lesson, with the answers that this reader has locked."""
    course, shown = _find(topic, slug)
    place = course.lessons.index(shown)
    seen = {
        "lesson": shown,
        "topic": course.topic(shown.topic),
        "answers": _answers(request, shown),
        "labs": [lab_card(name) for name in shown.head.labs],
        "is_read": _is_read(request, shown),
        "before": course.lessons[place - 1] if place else None,
        "after": course.lessons[place + 1] if place + 1 < len(course.lessons) else None,
    }
    return render(request, "guide/lesson.html", seen)


@require_POST
def answer(request: HttpRequest, topic: str, slug: str, question: str) -> HttpResponse:
    """Locks the reader's answer; htmx gets the question alone, a browser the page at it."""
    _, shown = _find(topic, slug)
    asked = shown.question(question)
    if asked is None:
        raise Http404(f"{shown.key} asks nothing called {question}")
    chosen = request.POST.get("choice", "")
    is_partial = request.headers.get("HX-Request") == "true"
    missed = ""
    answers: dict[str, LessonAnswer] = {}
    if not chosen:
        missed = "Choose one of the answers, then lock it."
        answers = _answers(request, shown)
    else:
        try:
            locked = lock_answer(ensure_person(request), shown, asked, int(chosen))
        except (NoSuchOptionError, ValueError):
            return HttpResponseBadRequest("no such option")
        answers = {asked.id: locked}
    if not is_partial:
        return redirect(f"{reverse('guide:lesson', args=(topic, slug))}#{asked.id}")
    seen = {"lesson": shown, "block": asked, "answers": answers, "missed": missed, "moved": True}
    return render(request, "guide/directives/predict.html", seen, status=422 if missed else 200)


@require_POST
def read(request: HttpRequest, topic: str, slug: str) -> HttpResponse:
    """Marks the lesson as read and leads on: to its lab, else to the next lesson, else home."""
    course, shown = _find(topic, slug)
    mark_read(ensure_person(request), shown)
    if shown.head.labs:
        return redirect(lab_card(shown.head.labs[0]).url)
    rest = course.lessons[course.lessons.index(shown) + 1 :]
    return redirect(reverse("guide:lesson", args=rest[0].key.split("/")) if rest else "home")


def _find(topic: str, slug: str) -> tuple[Shelf, Lesson]:
    course = shelf()
    found = course.find(f"{topic}/{slug}")
    if found is None:
        raise Http404(f"no lesson is called {topic}/{slug}")
    return course, found


def _answers(request: HttpRequest, shown: Lesson) -> dict[str, LessonAnswer]:
    if not request.user.is_authenticated:
        return {}
    rows = LessonAnswer.objects.filter(user=request.user, lesson=shown.key)
    return {row.question: row for row in rows}


def _is_read(request: HttpRequest, shown: Lesson) -> bool:
    if not request.user.is_authenticated:
        return False
    return LessonRead.objects.filter(user=request.user, lesson=shown.key).exists()
