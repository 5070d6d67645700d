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
