"""The words by which a step says what it asks of the learner's alerts."""

from __future__ import annotations

PAGE, TICKET, QUIET = "page", "ticket", "quiet"
"""Somebody is woken; somebody reads it in the morning, and nobody is woken; nobody is woken."""

ASKED = (PAGE, TICKET, QUIET)

DUE = (PAGE, TICKET)
"""Those for which an alert must fire; such a step also says within how many seconds."""

CALLS_NOBODY = (TICKET, QUIET)
"""Those for which nobody may be woken."""
