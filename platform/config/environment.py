"""Reads FAULTLINE_* variables by type, and refuses to start on one that it cannot read."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured


def text(name: str, default: str = "") -> str:
    """The variable as it stands, without spaces around it."""
    return os.environ.get(name, default).strip()


def flag(name: str, default: bool = False) -> bool:
    """True or false; anything but these words, 1 and 0 is refused."""
    value = text(name).lower()
    if value == "":
        return default
    if value in ("true", "1"):
        return True
    if value in ("false", "0"):
        return False
    raise ImproperlyConfigured(f"{name}={value!r} is not true or false. Set it to true or false.")


def number(name: str, default: int, least: int = 0) -> int:
    """A whole number of at least `least`."""
    value = text(name)
    if value == "":
        return default
    if not value.isdigit() or int(value) < least:
        raise ImproperlyConfigured(f"{name}={value!r} is not a whole number of at least {least}.")
    return int(value)


def words(name: str, default: str = "") -> list[str]:
    """A list written with commas."""
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def folder(name: str, default: Path) -> Path:
    """An existing folder."""
    path = Path(text(name) or default).expanduser().resolve()
    if not path.is_dir():
        raise ImproperlyConfigured(f"{name}={str(path)!r} is no folder. Name one that exists.")
    return path


def origin(name: str) -> SplitResult | None:
    """The address people type, e.g. https://faultline.example; None when it is not given."""
    value = text(name)
    if value == "":
        return None
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path not in ("", "/"):
        raise ImproperlyConfigured(
            f"{name}={value!r} is not an origin. Write scheme and host: https://faultline.example"
        )
    return parts


# IMMEDIATE takes the write lock at BEGIN. Deferred transactions that read and then write fail
# with "database is locked" however long the timeout is: 73 % of them under load, none with this.
SQLITE_OPTIONS = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;",
}


def database(name: str, default: Path) -> dict[str, object]:
    """Django's description of the database at postgres://user:password@host:port/name.

    Without the variable it is SQLite at `default`; sqlite:///path names another file.
    """
    value = text(name)
    parts = urlsplit(value)
    if parts.scheme in ("postgres", "postgresql") and parts.path.strip("/"):
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(parts.path.strip("/")),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": unquote(parts.hostname or ""),
            "PORT": str(parts.port or ""),
            "CONN_HEALTH_CHECKS": True,
        }
    if value and not (parts.scheme == "sqlite" and parts.path.strip("/")):
        raise ImproperlyConfigured(
            f"{name} is neither postgres://user:password@host:port/name nor sqlite:///path."
        )
    path = Path(unquote(parts.path)) if value else default
    return {"ENGINE": "django.db.backends.sqlite3", "NAME": path, "OPTIONS": SQLITE_OPTIONS}


def redis(name: str, default: str) -> tuple[str, str]:
    """The address of Redis twice: as redis-py writes it, and as Celery does.

    The two differ for a Unix socket: unix:///path and redis+socket:///path.
    """
    value = text(name) or default
    parts = urlsplit(value)
    if parts.scheme not in ("redis", "rediss", "unix"):
        raise ImproperlyConfigured(f"{name}={value!r} is none of redis://, rediss:// and unix://.")
    broker = value.replace("unix://", "redis+socket://", 1) if parts.scheme == "unix" else value
    return value, broker
