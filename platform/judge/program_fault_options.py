"""The keys of the faults that strike a learner's program."""

from __future__ import annotations

from typing import Any

from judge.fields import Fields

PROGRAM = "program"
"""The name of a scenario's program where it has only one."""


def program_options(row: Fields) -> dict[str, Any]:
    """Which of the scenario's programs, by the name that it was started under."""
    return {"program": row.text("program", PROGRAM)}
