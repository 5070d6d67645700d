"""Offers whoever misspelt a word the one that was most likely meant."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

_ALIKE = 0.6
"""difflib's own measure: a letter too many, too few or swapped, and no other word."""


def did_you_mean(word: str, known: Iterable[str], otherwise: str = "") -> str:
    """The question `Did you mean acks?`, or `otherwise` where nothing known is like `word`."""
    near = get_close_matches(word, sorted(known), n=1, cutoff=_ALIKE)
    return f"Did you mean {near[0]}?" if near else otherwise
