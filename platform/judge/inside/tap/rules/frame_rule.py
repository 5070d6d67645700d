"""What rules that wait for a frame have in common: conditions, a count, and nothing else to do."""

from __future__ import annotations

from judge.inside.tap.exchanges import Exchange
from judge.inside.tap.rules.firing import firing
from judge.inside.tap.rules.matching import Knowledge, frame_match
from judge.inside.tap.rules.options import Options
from judge.inside.tap.rules.quiet_rule import QuietRule
from judge.inside.tap.rules.supported import TAKEN_APIS
from judge.inside.tap.seam import Wire


class FrameRule(QuietRule):
    """A rule that takes no frame until a subclass says which."""

    def __init__(self, options: Options, knowledge: Knowledge) -> None:
        self._knowledge = knowledge
        self._match = frame_match(options)
        self._firing = firing(options, knowledge)

    def _fires(self, wire: Wire, exchange: Exchange) -> bool:
        """Whether this frame is meant and it is the rule's turn; if so it has fired."""
        return (
            not self._firing.spent
            and exchange.api in self.apis
            and self._match.fits(wire, exchange, self._knowledge)
            and self._firing.take()
        )


class ApiRule(FrameRule):
    """A frame rule whose author may name the APIs; a subclass says which one is meant if not."""

    usual_api: str | None = "produce"
    """None where the API must be named."""

    def __init__(self, options: Options, knowledge: Knowledge) -> None:
        super().__init__(options, knowledge)
        self.apis = options.apis("api", TAKEN_APIS, self.usual_api)
