"""Registers the app under its flat name."""

from django.apps import AppConfig


class CatalogConfig(AppConfig):
    """The app `catalog`."""

    name = "catalog"
    default_auto_field = "django.db.models.BigAutoField"
