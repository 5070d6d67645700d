"""A rule that lets everything be: what every rule is until it says otherwise."""

from __future__ import annotations

from typing import Any

from judge.inside.tap.exchanges import Exchange
from judge.inside.tap.rules.firing import Firing
from judge.inside.tap.seam import Doors, Line, Wire


class QuietRule:
    """Takes no frame and touches no connection. A subclass sets `_firing`.

    One that fires by something else than frames tells its own `state`.
    """

    name = ""
    apis: frozenset[int] = frozenset()
    lasts_s: float | None = None
    _firing: Firing

    def request(self, wire: Wire, exchange: Exchange, frame: memoryview) -> bool:
        """Passes."""
        return False

    def response(self, wire: Wire, exchange: Exchange, frame: memoryview) -> bool:
        """Passes."""
        return False

    def meet(self, line: Line) -> None:
        """Lets it be."""

    def begin(self, doors: Doors) -> None:
        """Does nothing."""

    def end(self, doors: Doors) -> None:
        """Holds nothing."""

    def state(self) -> dict[str, Any]:
        """`fired`, `held` and the bounded `events`."""
        return self._firing.state()
