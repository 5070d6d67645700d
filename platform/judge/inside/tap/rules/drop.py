"""One request or one response is lost, and the connection goes on as if it had never been."""

from __future__ import annotations

from judge.inside.tap.exchanges import Exchange
from judge.inside.tap.rules.frame_rule import FrameRule
from judge.inside.tap.rules.matching import Knowledge
from judge.inside.tap.rules.options import Options
from judge.inside.tap.rules.supported import TAKEN_APIS
from judge.inside.tap.seam import Wire


class DropRequest(FrameRule):
    """The broker never hears it, and the program waits until it gives up.

    TCP cannot lose one message. librdkafka takes the next response as it comes; the Java client
    breaks the connection off when a response is missing in the middle.
    """

    name = "drop_request"

    def __init__(self, options: Options, knowledge: Knowledge) -> None:
        super().__init__(options, knowledge)
        self.apis = options.apis("api", TAKEN_APIS, None)

    def request(self, wire: Wire, exchange: Exchange, frame: memoryview) -> bool:
        """Lose it."""
        if not self._fires(wire, exchange):
            return False
        exchange.rule = self.name
        self._firing.note(wire, exchange)
        wire.give_up(exchange, f"rule-{self.name}")
        return True


class DropResponse(FrameRule):
    """The broker has done what was asked, and the program never hears of it."""

    name = "drop_response"

    def __init__(self, options: Options, knowledge: Knowledge) -> None:
        super().__init__(options, knowledge)
        self.apis = options.apis("api", TAKEN_APIS, "produce")

    def response(self, wire: Wire, exchange: Exchange, frame: memoryview) -> bool:
        """Lose it if it is a success."""
        if not exchange.succeeded or not self._fires(wire, exchange):
            return False
        exchange.rule = self.name
        self._firing.note(wire, exchange)
        wire.give_up(exchange, f"rule-{self.name}")
        return True
