"""What rules that wait for a frame have in common: conditions, a count, and nothing else to do."""

from __future__ import annotations

from typing import Any

from judge.inside.tap.exchanges import Exchange
from judge.inside.tap.rules.firing import firing
from judge.inside.tap.rules.matching import Knowledge, frame_match
from judge.inside.tap.rules.options import Options
from judge.inside.tap.seam import Doors, Line, Wire


class FrameRule:
    """A rule that takes no frame until a subclass says which."""

    name = ""
    apis: frozenset[int] = frozenset()
    lasts_s: float | None = None

    def __init__(self, options: Options, knowledge: Knowledge) -> None:
        self._knowledge = knowledge
        self._match = frame_match(options)
        self._firing = firing(options, knowledge)

    def request(self, wire: Wire, exchange: Exchange, frame: memoryview) -> bool:
        """Passes."""
        return False

    def response(self, wire: Wire, exchange: Exchange, frame: memoryview) -> bool:
        """Passes."""
        return False

    def meet(self, line: Line) -> None:
        """Waits for a frame."""

    def begin(self, doors: Doors) -> None:
        """Waits for a frame."""

    def end(self, doors: Doors) -> None:
        """Holds nothing."""

    def state(self) -> dict[str, Any]:
        """`fired`, `held` and the bounded `events`."""
        return self._firing.state()

    def _fires(self, wire: Wire, exchange: Exchange) -> bool:
        """Whether this frame is meant and it is the rule's turn; if so it has fired."""
        return (
            not self._firing.spent
            and exchange.api in self.apis
            and self._match.fits(wire, exchange, self._knowledge)
            and self._firing.take()
        )
