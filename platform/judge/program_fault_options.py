"""The keys of the faults that strike a learner's program."""

from __future__ import annotations

from typing import Any

from judge.fields import Fields

PROGRAM = "program"
"""The name of a scenario's program where it has only one."""


def program_options(row: Fields) -> dict[str, Any]:
    """Which of the scenario's programs, by the name that it was started under."""
    return {"program": row.text("program", PROGRAM)}


MOMENTS = {
    "after_append": ("drop_response", ("produce",)),
    "after_commit": ("drop_response", ("offset_commit",)),
    "after_end_txn": ("drop_response", ("end_txn",)),
    "before_append": ("drop_request", ("produce",)),
    "before_commit": ("drop_request", ("offset_commit",)),
    "before_end_txn": ("drop_request", ("end_txn",)),
    "before_txn_commit": ("drop_request", ("txn_offset_commit",)),
}
"""Moment → the tap's rule and the APIs whose requests or answers it loses."""


def kill_program_at(row: Fields) -> dict[str, Any]:
    """Which program, at which moment of it, and how often that may pass before.

    `spread` is how many more may pass at most, drawn from the run's seed. `client_id` tells one
    of several programs from the others, which the tap knows by that only.
    """
    return {
        **program_options(row),
        "moment": row.text("moment", one_of=tuple(MOMENTS)),
        "skip": row.whole("skip", 0),
        "spread": row.whole("spread", 0),
        "client_id": row.text("client_id", ""),
    }
