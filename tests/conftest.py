"""What every test may ask for: the data directory that the launcher set up."""

from __future__ import annotations

from pathlib import Path

import pytest

from histories.profiles import register
from judge.home import Home, find_home

# Hypothesis reads --hypothesis-profile before any test is collected.
register()


def pytest_configure() -> None:
    """Settle what would only slow the site's tests, or needs a step of the installation."""
    from django.conf import settings

    # Names with a hash need `collectstatic`; the live site of tests/browser has run it.
    plain = "django.contrib.staticfiles.storage.StaticFilesStorage"
    settings.STORAGES["staticfiles"]["BACKEND"] = plain
    settings.STATIC_ROOT = Path(__file__).parents[1] / "platform" / "web" / "static"
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(scope="session")
def home() -> Home:
    """The data directory in use: FAULTLINE_DATA, or this user's own."""
    return find_home()
