"""What every test may ask for: the data directory that the launcher set up."""

from __future__ import annotations

import pytest

from judge.home import Home, find_home


@pytest.fixture(scope="session")
def home() -> Home:
    """The data directory in use: FAULTLINE_DATA, or this user's own."""
    return find_home()
