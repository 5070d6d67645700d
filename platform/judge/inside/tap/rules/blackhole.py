"""Connections stay open and nothing passes: a network that is cut without a word."""

from __future__ import annotations

from judge.inside.tap.rules.line_rule import LastingRule
from judge.inside.tap.rules.matching import Knowledge
from judge.inside.tap.rules.options import Options
from judge.inside.tap.seam import Direction, Line

_DIRECTIONS: dict[str, tuple[Direction, ...]] = {
    "both": ("request", "response"),
    "request": ("request",),
    "response": ("response",),
}


class Blackhole(LastingRule):
    """Holds all bytes of both directions, or of one.

    At its end they pass, late but whole, as after a cut of a real network: TCP sends again
    what was lost. A connection that the program has given up by then still delivers its last
    requests to the broker.
    """

    name = "blackhole"

    def __init__(self, options: Options, knowledge: Knowledge) -> None:
        super().__init__(options, knowledge)
        which = options.choice("direction", tuple(_DIRECTIONS), "both")
        self._directions = _DIRECTIONS[which]

    def _grip(self, line: Line) -> None:
        for direction in self._directions:
            line.hold(direction, self)

    def _let_go(self, line: Line) -> None:
        for direction in self._directions:
            line.release(direction, self)
