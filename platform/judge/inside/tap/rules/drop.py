"""One request or one response is lost, and the connection goes on as if it had never been."""

from __future__ import annotations

from judge.inside.tap.exchanges import Exchange
from judge.inside.tap.rules.frame_rule import ApiRule
from judge.inside.tap.seam import Wire


class DropRequest(ApiRule):
    """The broker never hears it, and the program waits until it gives up.

    TCP cannot lose one message. librdkafka takes the next response as it comes; the Java client
    breaks the connection off when a response is missing in the middle.
    """

    name = "drop_request"
    usual_api = None

    def request(self, wire: Wire, exchange: Exchange, frame: memoryview) -> bool:
        """Lose it."""
        if not self._fires(wire, exchange):
            return False
        exchange.rule = self.name
        self._firing.note(wire, exchange)
        wire.give_up(exchange, f"rule-{self.name}")
        return True


class DropResponse(ApiRule):
    """The broker has done what was asked, and the program never hears of it."""

    name = "drop_response"

    def response(self, wire: Wire, exchange: Exchange, frame: memoryview) -> bool:
        """Lose it if it is a success."""
        if not exchange.succeeded or not self._fires(wire, exchange):
            return False
        exchange.rule = self.name
        self._firing.note(wire, exchange)
        wire.give_up(exchange, f"rule-{self.name}")
        return True
