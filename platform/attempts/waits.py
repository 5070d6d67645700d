"""What is done before a long wait in the middle of a request or a task."""

from __future__ import annotations

from django.db import connection


def let_connection_go() -> None:
    """Close this thread's connection; the next query opens a fresh one.

    One that is kept through a wait is one that nobody else can have, and may have died when it is
    used again. Inside a transaction it stays, since closing it would undo what was done.
    """
    if not connection.in_atomic_block:
        connection.close()
