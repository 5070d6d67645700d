"""Registers the app under its flat name."""

from django.apps import AppConfig


class ProgressConfig(AppConfig):
    """The app `progress`."""

    name = "progress"
    default_auto_field = "django.db.models.BigAutoField"
