"""Registers accounts with Django."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """The app; loads the description of the token for the schema."""

    name = "accounts"

    def ready(self) -> None:
        """Importing the module is what registers it with drf-spectacular."""
        import accounts.schema  # noqa: F401
