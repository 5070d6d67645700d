"""The brokers' logging configuration, put where a sandbox can read it."""

from __future__ import annotations

from pathlib import Path

from judge.home import Home

_SOURCE = Path(__file__).with_name("log4j2.properties")


def logging_path(home: Home) -> Path:
    """Where the configuration lies once installed."""
    return home.kafka / _SOURCE.name


def write_logging(home: Home) -> None:
    """Put the configuration in place, unless it is there already in this version."""
    target, text = logging_path(home), _SOURCE.read_text(encoding="ascii")
    if not (target.is_file() and target.read_text(encoding="ascii") == text):
        target.write_text(text, encoding="ascii")
        target.chmod(0o644)
