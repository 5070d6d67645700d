"""Settings from the environment are read by type or refused by name."""

import re
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from config import environment as env

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("reader", "value"),
    [
        (env.flag, "yes please"),
        (lambda name: env.number(name, 1), "many"),
        (lambda name: env.number(name, 1, least=2), "1"),
        (env.origin, "faultline.example"),
        (env.origin, "https://faultline.example/path"),
        (lambda name: env.folder(name, Path("/")), "/nowhere/at/all"),
        (lambda name: env.database(name, Path("x")), "mysql://x/y"),
        (lambda name: env.database(name, Path("x")), "postgres://"),
        (lambda name: env.redis(name, "unix:///x"), "http://x"),
    ],
)
def test_it_refuses_what_it_cannot_read_and_names_the_variable(monkeypatch, reader, value):
    monkeypatch.setenv("FAULTLINE_SOMETHING", value)

    with pytest.raises(ImproperlyConfigured, match="FAULTLINE_SOMETHING"):
        reader("FAULTLINE_SOMETHING")


def test_it_reads_a_database_with_odd_characters_in_the_password(monkeypatch):
    monkeypatch.setenv("FAULTLINE_SOMETHING", "postgres://me:p%40ss@db:5432/faultline")

    found = env.database("FAULTLINE_SOMETHING", Path("x"))

    assert (found["USER"], found["PASSWORD"], found["HOST"]) == ("me", "p@ss", "db")


def test_it_takes_the_write_lock_at_the_beginning_of_a_transaction():
    found = env.database("FAULTLINE_UNSET", Path("/x/site.sqlite3"))

    assert found["OPTIONS"]["transaction_mode"] == "IMMEDIATE"


def test_it_writes_a_socket_as_redis_and_as_celery_want_it():
    plain, broker = env.redis("FAULTLINE_UNSET", "unix:///run/redis.sock")

    assert (plain, broker) == ("unix:///run/redis.sock", "redis+socket:///run/redis.sock")


def test_it_documents_every_setting_that_it_reads_and_no_other():
    settings = (ROOT / "platform" / "config" / "settings.py").read_text()
    read = set(re.findall(r'"(FAULTLINE_[A-Z_]+)"', settings)) | {"FAULTLINE_DATA"}
    told = set(
        re.findall(r"^\| `(FAULTLINE_[A-Z_]+)`", (ROOT / "docs/settings.md").read_text(), re.M)
    )

    assert told == read


def test_it_needs_fewer_than_two_hundred_lines_of_settings():
    lines = (ROOT / "platform" / "config" / "settings.py").read_text().splitlines()

    assert len(lines) < 200
