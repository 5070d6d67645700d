"""Finds a lab for a page: a wrong name is a 404, never an error."""

from __future__ import annotations

from django.http import Http404

from catalog.shelf import UnknownLabError, find_lab
from judge.lab import Lab


def lab_or_404(slug: str) -> Lab:
    """The lab on offer under that name. Raises Http404 when there is none."""
    try:
        return find_lab(slug)
    except UnknownLabError:
        raise Http404("no such lab") from None


def lab_with_stage_or_404(slug: str, stage: str) -> Lab:
    """The lab on offer under that name, if it has the stage. Raises Http404 otherwise."""
    lab = lab_or_404(slug)
    if stage not in [spec.name for spec in lab.stages]:
        raise Http404(f"this lab has no stage {stage}")
    return lab
