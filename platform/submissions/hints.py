"""Reveals a lab's hints one by one and records which were asked for."""

from __future__ import annotations

from judge.lab import Lab
from submissions.models import HintSeen


def hints_shown(user, lab: Lab) -> int:
    """How many hints the user has asked for, never more than the lab has."""
    seen = HintSeen.objects.filter(user=user, lab_slug=lab.slug).count() if user.pk else 0
    return min(seen, len(lab.hints))


def show_next_hint(user, lab: Lab) -> int:
    """Reveal one more hint and return how many are shown now."""
    shown = hints_shown(user, lab)
    if shown < len(lab.hints):
        HintSeen.objects.get_or_create(user=user, lab_slug=lab.slug, number=shown + 1)
        shown += 1
    return shown
