"""The way out of a scenario whose program has ended, or never does what is waited for."""

from __future__ import annotations


class CutShort(Exception):  # noqa: N818  (an outcome of the learner's program, not an error)
    """The rest of the timeline is left out: go on to the reading. `reason` is a stable word."""

    def __init__(self, reason: str, text: str) -> None:
        self.reason = reason
        super().__init__(text)
