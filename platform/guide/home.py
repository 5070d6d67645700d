"""What the guide tells the home page: the course, and the lesson to read next."""

from __future__ import annotations

from django.http import HttpRequest
from django.template.defaultfilters import pluralize
from django.urls import reverse

from guide.labs import lab_card
from guide.lesson import Lesson
from guide.models import LessonAnswer, LessonRead
from guide.shelf import shelf
from web.front_page import Chapter, LessonRow, Link, Step, Then


def chapters(request: HttpRequest) -> list[Chapter]:
    """Every topic, with what this reader has read of it."""
    course = shelf()
    read = _read(request)
    upcoming = next((lesson for lesson in course.lessons if lesson.key not in read), None)
    return [
        Chapter(
            number=topic.number,
            title=topic.title,
            about=topic.about,
            lessons=tuple(
                _row(lesson, lesson.key in read, lesson is upcoming) for lesson in topic.lessons
            ),
        )
        for topic in course.topics
    ]


def next_step(request: HttpRequest) -> Step | None:
    """The first lesson for a newcomer; later the first unread one; then its lab."""
    lessons = shelf().lessons
    if not lessons:
        return None
    read = _read(request)
    unread = [lesson for lesson in lessons if lesson.key not in read]
    if not read and not _answered(request, unread[0]):
        return _welcome(lessons[0])
    return _go_on(unread[0], unread[1:]) if unread else _to_the_lab(lessons[-1])


def _welcome(first: Lesson) -> Step:
    lab = lab_card(first.head.labs[0]) if first.head.labs else None
    asked = len(first.questions)
    says = f"Why it happens, with {asked} question{pluralize(asked)} to answer"
    then = [Then("Read", f"{says if asked else 'Why it happens'}. {first.head.minutes} min")]
    if lab:
        then += [
            Then("Break it", "Three real brokers on this machine; you make them lose orders."),
            Then("Fix it", "Change the program and the topic until the same night loses nothing."),
            Then("Prove it", f"The brokers' own logs decide, record by record. {lab.minutes} min"),
        ]
    return Step(
        kicker="Interview training on real Apache Kafka",
        heading="Kafka said yes. Then the record was gone.",
        text="Begin with one lesson and its lab: see how a cluster loses orders it has confirmed, "
        "do it yourself, then make it impossible. No account, nothing to install; "
        "what you do is kept.",
        action=Link("Begin with the first lesson", _url(first)),
        also=(Link("Straight to the lab", lab.url),) if lab else (),
        then_heading="What will happen",
        then=tuple(then),
    )


def _go_on(upcoming: Lesson, rest: list[Lesson]) -> Step:
    return Step(
        kicker=f"Next · lesson {upcoming.number} · {upcoming.head.minutes} min",
        heading=upcoming.head.title,
        text=upcoming.head.summary,
        action=Link("Go on reading", _url(upcoming)),
        then=tuple(
            Then(
                lesson.head.title,
                f"lesson {lesson.number}, {lesson.head.minutes} min",
                _url(lesson),
            )
            for lesson in rest[:3]
        ),
    )


def _to_the_lab(last: Lesson) -> Step | None:
    if not last.head.labs:
        return None
    lab = lab_card(last.head.labs[0])
    return Step(
        kicker=f"Next · lab {lab.slug} · {lab.minutes} min",
        heading=lab.title,
        text=lab.story,
        action=Link("Open the lab", lab.url),
        also=(Link("Read the lesson again", _url(last)),),
    )


def _row(lesson: Lesson, is_read: bool, is_next: bool) -> LessonRow:
    claims = len(lesson.claims)
    said = f"{lesson.head.minutes} min" + (f", {claims} claims" if claims else "")
    return LessonRow(
        number=lesson.number.split(".")[1],
        title=lesson.head.title,
        url=_url(lesson),
        rows=", ".join(lesson.head.rows),
        state="read" if is_read else "read next" if is_next else "not begun",
        says=said,
        is_read=is_read,
        is_next=is_next,
    )


def _url(lesson: Lesson) -> str:
    return reverse("guide:lesson", args=(lesson.topic, lesson.slug))


def _read(request: HttpRequest) -> set[str]:
    if not request.user.is_authenticated:
        return set()
    return set(LessonRead.objects.filter(user=request.user).values_list("lesson", flat=True))


def _answered(request: HttpRequest, lesson: Lesson) -> bool:
    if not request.user.is_authenticated:
        return False
    return LessonAnswer.objects.filter(user=request.user, lesson=lesson.key).exists()
