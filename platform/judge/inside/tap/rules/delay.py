"""A slow link: requests and responses arrive later, each connection's in order."""

from __future__ import annotations

import random
from collections.abc import Callable

from judge.inside.tap.rules.line_rule import LastingRule
from judge.inside.tap.rules.matching import Knowledge
from judge.inside.tap.rules.options import Options
from judge.inside.tap.seam import Direction, Line


class Delay(LastingRule):
    """Adds milliseconds to one or both directions, and up to `jitter_ms` more by chance.

    The chance is the same for the same `seed`, connection and direction. A connect is not
    delayed: the tap answers it.
    """

    name = "delay"

    def __init__(self, options: Options, knowledge: Knowledge) -> None:
        super().__init__(options, knowledge)
        self._base_s: dict[Direction, float] = {
            "request": options.number("request_ms", 0.0) / 1000,
            "response": options.number("response_ms", 0.0) / 1000,
        }
        self._jitter_s = options.number("jitter_ms", 0.0) / 1000
        self._seed = options.whole("seed") or 0
        if not any(self._base_s.values()) and not self._jitter_s:
            raise options.wrong(
                "request_ms", "and response_ms are 0", "Give at least one of them, or jitter_ms."
            )

    def _grip(self, line: Line) -> None:
        for direction, base_s in self._base_s.items():
            if base_s or self._jitter_s:
                line.slow(direction, self, self._delays(line, direction, base_s))

    def _let_go(self, line: Line) -> None:
        for direction in self._base_s:
            line.slow(direction, self, None)

    def _delays(self, line: Line, direction: Direction, base_s: float) -> Callable[[], float]:
        # Not for secrets: the same run must be slow in the same places again.
        chance = random.Random(f"{self._seed}-{line.number}-{direction}")  # noqa: S311
        return lambda: base_s + chance.uniform(0.0, self._jitter_s)
