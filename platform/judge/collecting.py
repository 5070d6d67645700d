"""Pauses Python's cyclic collector where many objects are made and none of them in a cycle."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def collector_paused() -> Iterator[None]:
    """No cyclic collection inside; what has no reference left is freed as always.

    Each full collection walks all that is alive, and they come as the tables of a history grow:
    a fifth of the time of a million operations, and its cost would not be linear. Whoever paused
    it lets it run again, so of several threads the first to end does; the others only get slower.
    """
    ran = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if ran:
            gc.enable()
