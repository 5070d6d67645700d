"""Decides when a partition is read to its end: not at once where its leader has written more."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable

from judge.inside.run_state import Part

GRACE_S = 1.0
"""How long an end is not believed that lies below what the leader has written. A record is only
readable once its followers have asked for the next one, some milliseconds later and more on a
busy machine; but a log may also go on for good beyond what can be read."""


class ReadEnds:
    """The partitions that are still read, and the ends that came early."""

    def __init__(
        self, parts: Iterable[Part], written: Callable[[Part], int | None], grace_s: float = GRACE_S
    ) -> None:
        """Nothing of `parts` is read yet; `written` tells where its leader's log ends, if known."""
        self.left = set(parts)
        self._written, self._grace_s = written, grace_s
        self._early: dict[Part, tuple[float, int]] = {}

    def went_on(self, part: Part) -> None:
        """A record came: an end that was told before is none, and another will be told."""
        self._early.pop(part, None)

    def reached(self, part: Part, offset: int) -> bool:
        """An end was told; whether it is the end, which is said once for each partition."""
        if part not in self.left:
            return False
        if offset < (self._written(part) or 0):
            until_s = time.monotonic() + self._grace_s
            self._early[part] = (self._early.get(part, (until_s,))[0], offset)
            return False
        self.left.remove(part)
        self._early.pop(part, None)
        return True

    def believed(self) -> list[tuple[Part, int]]:
        """The early ends that nothing came after in time: they are the ends after all."""
        now_s = time.monotonic()
        over = [
            (part, offset) for part, (until_s, offset) in self._early.items() if now_s >= until_s
        ]
        for part, _offset in over:
            self.left.remove(part)
            del self._early[part]
        return over
