"""Fixtures that the tests of catalog, submissions, attempts and progress share."""

from __future__ import annotations

import pytest

from catalog import shelf
from site_lab import make_lab
from site_people import make_person


@pytest.fixture
def lab(monkeypatch: pytest.MonkeyPatch):
    """The one lab on the shelf."""
    made = make_lab()
    monkeypatch.setattr(shelf, "lab_folders", lambda _labs: [made.folder])
    monkeypatch.setattr(shelf, "_shelve", lambda _folder: shelf.Shelved(made.slug, made))
    return made


@pytest.fixture
def user(db):
    """A candidate."""
    return make_person()


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The ids of attempts that were hinted at, in place of a broker."""
    hints: list[int] = []

    def send_task(_name, args, **_options):
        hints.append(args[0])

    monkeypatch.setattr("attempts.relay.current_app.send_task", send_task)
    return hints
