"""Addresses of the guide in the API."""

from django.urls import path

from guide import api

LESSON = "lessons/<slug:topic>/<slug:slug>/"

urlpatterns = [
    path("lessons/", api.Lessons.as_view(), name="api-lessons"),
    path(LESSON, api.OneLesson.as_view(), name="api-lesson"),
    path(f"{LESSON}answers/<slug:question>/", api.Answers.as_view(), name="api-answer"),
    path(f"{LESSON}read/", api.Read.as_view(), name="api-read"),
]
