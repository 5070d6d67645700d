"""Breaks connections with a TCP reset: at once, before the broker hears, or after it has acted."""

from __future__ import annotations

from judge.inside.tap.exchanges import Exchange
from judge.inside.tap.rules.frame_rule import ApiRule
from judge.inside.tap.rules.line_rule import LineRule
from judge.inside.tap.seam import Doors, Wire


class ResetBeforeBroker(ApiRule):
    """The request is lost with its connection, and so is the answer to everything before it."""

    name = "reset_before_broker"

    def request(self, wire: Wire, exchange: Exchange, frame: memoryview) -> bool:
        """Break the connection instead of passing it on."""
        if not self._fires(wire, exchange):
            return False
        exchange.rule = self.name
        self._firing.note(wire, exchange)
        wire.reset(f"rule-{self.name}")
        return True


class ResetAfterAppend(ApiRule):
    """The broker has done what was asked; its answer is lost with the connection."""

    name = "reset_after_append"

    def response(self, wire: Wire, exchange: Exchange, frame: memoryview) -> bool:
        """Break the connection instead of passing on a success."""
        if not exchange.succeeded or not self._fires(wire, exchange):
            return False
        exchange.rule = self.name
        why = f"rule-{self.name}"
        self._firing.note(wire, exchange)
        wire.give_up(exchange, why)
        wire.reset(why)
        return True


class Reset(LineRule):
    """Breaks the connections that are open when it is added; later ones live."""

    name = "reset"

    def begin(self, doors: Doors) -> None:
        """Break every connection that matches."""
        for line in filter(self._match.fits, list(doors.lines())):
            self._firing.take()
            self._firing.note(line)
            line.reset(f"rule-{self.name}")
