"""One step in the life of a record: when, what, and who saw it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Step:
    """One step. `what` is a stable word, `text` a sentence, `note` a second line, `source` who saw.

    what: handed, sent, appended, acknowledged, refused, unanswered, accepted, program-refused,
    put, processed, committed, behind, killed, leader, no-leader, replaced, read, lost.
    """

    t_ms: float
    what: str
    text: str
    note: str
    source: str
    broker: int | None = None
    offset: int | None = None
    epoch: int | None = None
