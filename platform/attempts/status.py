"""What the database says of an attempt: its state and, while it waits, its place."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection

from attempts.models import Attempt
from attempts.queue_place import QueuePlace, queue_place


@dataclass(frozen=True, slots=True)
class Status:
    """A snapshot of the row. `gone`: the attempt was deleted."""

    state: str
    epoch: int = 0
    reruns: int = 0
    tries: int = 0
    cancel_requested: bool = False
    queue: QueuePlace | None = None

    @property
    def is_open(self) -> bool:
        """Whether the attempt may still change by itself."""
        return self.state in Attempt.OPEN


def status_of(attempt: Attempt) -> Status:
    """The snapshot of a row that was just read."""
    return Status(
        attempt.state,
        attempt.epoch,
        attempt.reruns,
        attempt.tries,
        attempt.cancel_requested,
        queue_place(attempt),
    )


def read_status(attempt_id: int) -> Status:
    """Read the row in a thread of the server's and let go of the connection at once.

    A stream may stay open for minutes; holding a connection so long would use up the database.
    """
    try:
        row = Attempt.objects.defer("report", "story", "trace").filter(pk=attempt_id).first()
        return status_of(row) if row else Status("gone")
    finally:
        connection.close()
