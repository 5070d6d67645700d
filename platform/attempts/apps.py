"""Registers the app under its flat name."""

from django.apps import AppConfig


class AttemptsConfig(AppConfig):
    """The app `attempts`."""

    name = "attempts"
    default_auto_field = "django.db.models.BigAutoField"
