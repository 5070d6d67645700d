"""The words by which a step says what it asks of the learner's alerts."""

from __future__ import annotations

ASKED = ("page", "ticket", "quiet")
"""Somebody is woken; somebody reads it in the morning, and nobody is woken; nobody is woken."""

DUE = ("page", "ticket")
"""Those for which an alert must fire; such a step also says within how many seconds."""

CALLS_NOBODY = ("ticket", "quiet")
"""Those for which nobody may be woken."""
