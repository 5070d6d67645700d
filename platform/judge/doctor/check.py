"""One thing looked at: whether it is well, what was found, and what to do when it is not."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Check:
    """A line of `judge doctor`.

    Attributes:
        name: stable, short, in words.
        ok: whether labs can run as far as this goes.
        detail: what was found, for people.
        remedy: the command or deed that mends it; empty when `ok`.
    """

    name: str
    ok: bool
    detail: str
    remedy: str = ""


def passed(name: str, detail: str) -> Check:
    """A check that found all well."""
    return Check(name, True, detail)


def failed(name: str, detail: str, remedy: str) -> Check:
    """A check that found something wrong, with its remedy."""
    return Check(name, False, detail, remedy)
