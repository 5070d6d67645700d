"""A batch is refused after its successor was appended: what turns the order round on a retry."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

from judge.inside.tap.answers import produce_refusal, response_frame
from judge.inside.tap.codec import PRODUCE, error_name
from judge.inside.tap.exchanges import Exchange
from judge.inside.tap.produce import Result
from judge.inside.tap.rules.frame_rule import FrameRule
from judge.inside.tap.rules.matching import Knowledge
from judge.inside.tap.rules.options import Options
from judge.inside.tap.seam import Doors, Wire

_WAIT_MS = 1000.0
"""A client that has only one request in flight never sends the later one."""


@dataclass(slots=True, eq=False)
class _Held:
    wire: Wire
    exchange: Exchange
    event: dict[str, Any]
    since_s: float


class HoldError(FrameRule):
    """Keeps a Produce from the broker and answers it with `error`, but not at once.

    The answer waits until the broker has answered a later Produce of the same connection to the
    same partition, and is then sent before that answer, as Kafka's order of answers demands.
    `wait_ms` bounds it: the event says whether there was one (`released` is `later-response`)
    and whether it was appended first (`later` has its offset).
    """

    name = "hold_error"
    apis = frozenset({PRODUCE})

    def __init__(self, options: Options, knowledge: Knowledge) -> None:
        super().__init__(options, knowledge)
        self._error = options.error("error")
        self._wait_s = options.number("wait_ms", _WAIT_MS) / 1000
        self._held: list[_Held] = []

    def request(self, wire: Wire, exchange: Exchange, frame: memoryview) -> bool:
        """Withhold it if it is meant; what wants no answer cannot be refused."""
        if not exchange.acks or not self._fires(wire, exchange):
            return False
        exchange.rule = self.name
        wire.withhold(exchange)
        event = self._firing.note(wire, exchange, error=error_name(self._error))
        held = _Held(wire, exchange, event, self._knowledge.now_s())
        self._held.append(held)
        wire.later(self._wait_s, partial(self._release, held, "timeout"))
        return True

    def response(self, wire: Wire, exchange: Exchange, frame: memoryview) -> bool:
        """A later Produce to the same partition was answered: what was held for that goes first."""
        for held in list(self._held):
            # Another partition's batch is later and still turns nothing round.
            shared = [place for place in held.exchange.places if place in exchange.results]
            if held.wire is wire and held.exchange.turn < exchange.turn and shared:
                results = [exchange.results[place] for place in shared]
                held.event["later"] = [result.error or result.base_offset for result in results]
                self._release(held, "later-response")
        return False

    def end(self, doors: Doors) -> None:
        """Let go of everything that is still held."""
        for held in list(self._held):
            held.wire.later(0.0, partial(self._release, held, "removed"))

    def state(self) -> dict[str, Any]:
        """What is held on connections that are still open counts as held."""
        for held in self._held:
            if not held.wire.is_open:
                held.event["released"] = "connection-closed"
        self._held = [held for held in self._held if held.wire.is_open]
        self._firing.held = len(self._held)
        return super().state()

    def _release(self, held: _Held, why: str) -> None:
        if held not in self._held:
            return
        self._held.remove(held)
        exchange = held.exchange
        held.event["released"] = why
        held.event["held_ms"] = round((self._knowledge.now_s() - held.since_s) * 1000, 1)
        exchange.results = {p: Result(error_name(self._error), None) for p in exchange.places}
        body = produce_refusal(exchange.version, exchange.batches, self._error)
        held.wire.to_program(response_frame(body, exchange.correlation_id), exchange)
