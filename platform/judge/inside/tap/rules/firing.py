"""How often a rule fires, and what it did each time."""

from __future__ import annotations

from typing import Any

from judge.inside.tap.codec import api_name
from judge.inside.tap.exchanges import Exchange
from judge.inside.tap.rules.matching import Knowledge
from judge.inside.tap.rules.options import Options
from judge.inside.tap.seam import Line

MOST_EVENTS = 100
"""A rule that fires more often still counts, but tells only of the first ones."""


class Firing:
    """Lets a rule fire `count` times after `skip` occasions, and keeps the proof."""

    def __init__(self, knowledge: Knowledge, count: int | None, skip: int = 0) -> None:
        self._knowledge, self._count, self._skip = knowledge, count, skip
        self.fired = 0
        self.held = 0
        """What is kept back at this moment."""
        self.events: list[dict[str, Any]] = []

    @property
    def spent(self) -> bool:
        """Whether it has fired as often as it may."""
        return self._count is not None and self.fired >= self._count

    def take(self) -> bool:
        """An occasion is here: whether to fire. The caller then does so and calls `note`."""
        if self.spent:
            return False
        if self._skip:
            self._skip -= 1
            return False
        self.fired += 1
        return True

    def note(self, line: Line, exchange: Exchange | None = None, **more: Any) -> dict[str, Any]:
        """Write down that it fired; what becomes known later may be added to the event."""
        event: dict[str, Any] = {
            "t_s": round(self._knowledge.now_s(), 6),
            "connection": line.number,
            "broker": line.broker,
            "client": line.client_id,
        }
        if exchange is not None:
            event |= self._exchange(exchange)
        event |= more
        if len(self.events) < MOST_EVENTS:
            self.events.append(event)
        return event

    def state(self) -> dict[str, Any]:
        """What the rule has done so far."""
        return {"fired": self.fired, "held": self.held, "events": self.events}

    def _exchange(self, exchange: Exchange) -> dict[str, Any]:
        places = [[self._knowledge.name_of(key), part] for key, part in exchange.places]
        facts = {
            "api": api_name(exchange.api),
            "request": exchange.correlation_id,
            "places": places[:MOST_EVENTS],
            "transactional_id": exchange.transactional_id,
            "group": exchange.group,
        }
        return {key: value for key, value in facts.items() if value not in (None, [])}


def firing(options: Options, knowledge: Knowledge) -> Firing:
    """Read `count` and `skip`. Raises BadRuleError."""
    return Firing(knowledge, options.times("count"), options.whole("skip") or 0)
