"""A request or a response waits, and all that follows it on its connection waits behind it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

from judge.inside.tap.exchanges import Exchange
from judge.inside.tap.rules.frame_rule import ApiRule
from judge.inside.tap.rules.matching import Knowledge
from judge.inside.tap.rules.options import Options
from judge.inside.tap.seam import Direction, Doors, Wire


@dataclass(slots=True, eq=False)
class _Held:
    wire: Wire
    event: dict[str, Any]
    since_s: float


class _Hold(ApiRule):
    """Holds until the rule is removed or `for_ms` have passed since the frame came."""

    direction: Direction
    usual_api = None

    def __init__(self, options: Options, knowledge: Knowledge) -> None:
        super().__init__(options, knowledge)
        self._for_s = options.span_s("for_ms")
        self._held: list[_Held] = []

    def end(self, doors: Doors) -> None:
        """Let go of everything."""
        for held in list(self._held):
            self._release(held, "removed")

    def state(self) -> dict[str, Any]:
        """What is held on connections that are still open counts as held."""
        for held in self._held:
            if not held.wire.is_open:
                held.event["released"] = "connection-closed"
        self._held = [held for held in self._held if held.wire.is_open]
        self._firing.held = len(self._held)
        return super().state()

    def _hold(self, wire: Wire, exchange: Exchange) -> None:
        exchange.rule = self.name
        held = _Held(wire, self._firing.note(wire, exchange), self._knowledge.now_s())
        self._held.append(held)
        wire.hold(self.direction, held)
        if self._for_s is not None:
            wire.later(self._for_s, partial(self._release, held, "timeout"))

    def _release(self, held: _Held, why: str) -> None:
        if held not in self._held:
            return
        self._held.remove(held)
        held.event["released"] = why if held.wire.is_open else "connection-closed"
        held.event["held_ms"] = round((self._knowledge.now_s() - held.since_s) * 1000, 1)
        if held.wire.is_open:
            held.wire.release(self.direction, held)


class HoldRequest(_Hold):
    """The broker hears it late: an EndTxn after a zombie's heir, a heartbeat after the session."""

    name = "hold_request"
    direction: Direction = "request"

    def request(self, wire: Wire, exchange: Exchange, frame: memoryview) -> bool:
        """Hold it if it is meant."""
        if not self._fires(wire, exchange):
            return False
        self._hold(wire, exchange)
        wire.to_broker(frame)
        return True


class HoldResponse(_Hold):
    """The broker has acted, and the program hears of it late."""

    name = "hold_response"
    direction: Direction = "response"

    def response(self, wire: Wire, exchange: Exchange, frame: memoryview) -> bool:
        """Hold it if it is a success that is meant."""
        if not exchange.succeeded or not self._fires(wire, exchange):
            return False
        self._hold(wire, exchange)
        wire.to_program(frame, exchange)
        return True
