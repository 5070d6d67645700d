"""A broker's door is shut: connects are refused as by a dead broker, open connections live."""

from __future__ import annotations

from typing import Any

from judge.inside.tap.rules.matching import Knowledge
from judge.inside.tap.rules.options import BadRuleError, Options
from judge.inside.tap.rules.quiet_rule import QuietRule
from judge.inside.tap.seam import Doors


class Refuse(QuietRule):
    """Closes the listener of one broker; the event has what a connect got right after."""

    name = "refuse"

    def __init__(self, options: Options, knowledge: Knowledge) -> None:
        broker = options.whole("broker")
        if broker is None:
            raise options.wrong("broker", "is absent", "Name the broker whose door is shut.")
        self._broker, self._knowledge = broker, knowledge
        self.lasts_s = options.span_s("for_ms")
        self._fired = self._held = 0
        self._events: list[dict[str, Any]] = []

    def begin(self, doors: Doors) -> None:
        """Shut the door and try it. Raises BadRuleError for a broker that there is not."""
        try:
            result = doors.shut(self._broker, self)
        except KeyError:
            sentence = f"The tap's rule 'refuse': there is no broker {self._broker}."
            raise BadRuleError(sentence) from None
        self._held = 1
        self._fired = int(result == "ECONNREFUSED")
        t_s = round(self._knowledge.now_s(), 6)
        self._events.append({"t_s": t_s, "broker": self._broker, "connect": result})

    def end(self, doors: Doors) -> None:
        """Open it again, unless somebody else keeps it shut."""
        doors.open_again(self._broker, self)
        self._held = 0

    def state(self) -> dict[str, Any]:
        """`fired` is 1 once a connect was seen to be refused."""
        return {"fired": self._fired, "held": self._held, "events": self._events}
