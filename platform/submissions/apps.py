"""Registers the app under its flat name."""

from django.apps import AppConfig


class SubmissionsConfig(AppConfig):
    """The app `submissions`."""

    name = "submissions"
    default_auto_field = "django.db.models.BigAutoField"
