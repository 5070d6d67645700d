"""Milliseconds since a scenario began, on the monotonic clock."""

from __future__ import annotations

import time


class Clock:
    """Starts when it is made. `begun_s` is the monotonic time of its zero."""

    def __init__(self) -> None:
        self.begun_s = time.monotonic()

    def ms(self) -> float:
        """Milliseconds since the start."""
        return self.at(time.monotonic())

    def at(self, monotonic_s: float) -> float:
        """The milliseconds at which `monotonic_s` lies on this clock."""
        return round((monotonic_s - self.begun_s) * 1000, 3)
