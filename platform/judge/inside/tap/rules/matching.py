"""Whether a frame or a connection is one that a rule is meant for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from judge.inside.tap.exchanges import Exchange
from judge.inside.tap.produce import Place, TopicKey
from judge.inside.tap.rules.options import Options
from judge.inside.tap.seam import Line, Wire


class Knowledge(Protocol):
    """What the tap knows besides the frame in hand."""

    def acknowledged_records(self, topic: str) -> int:
        """Records of the topic whose acknowledgement was delivered."""

    def name_of(self, key: TopicKey) -> str:
        """A topic's name, also where a client names it by id."""

    def now_s(self) -> float:
        """The monotonic clock."""


@dataclass(frozen=True, slots=True)
class LineMatch:
    """The conditions on a connection. None means any."""

    broker: int | None
    connection: int | None
    client_id: str | None

    def fits(self, line: Line) -> bool:
        """Whether the connection meets them all."""
        return (
            self.broker in (None, line.broker)
            and self.connection in (None, line.number)
            and self.client_id in (None, line.client_id)
        )


@dataclass(frozen=True, slots=True)
class FrameMatch:
    """The conditions on a request and its response, those on its connection included."""

    line: LineMatch
    topic: str | None
    partition: int | None
    after_acked: int
    transactional_id: str | None
    group: str | None

    def fits(self, wire: Wire, exchange: Exchange, knowledge: Knowledge) -> bool:
        """Whether the exchange meets them all, now."""
        return (
            self.line.fits(wire)
            and self.transactional_id in (None, exchange.transactional_id)
            and self.group in (None, exchange.group)
            and self._has_place(exchange, knowledge)
            and self._is_late_enough(knowledge)
        )

    def wants(self, place: Place, knowledge: Knowledge) -> bool:
        """Whether the conditions on topic and partition let this place in."""
        key, partition = place
        if self.partition not in (None, partition):
            return False
        return self.topic is None or knowledge.name_of(key) == self.topic

    def _has_place(self, exchange: Exchange, knowledge: Knowledge) -> bool:
        if self.topic is None and self.partition is None:
            return True
        return any(self.wants(place, knowledge) for place in exchange.places)

    def _is_late_enough(self, knowledge: Knowledge) -> bool:
        if self.topic is None or not self.after_acked:
            return True
        return knowledge.acknowledged_records(self.topic) >= self.after_acked


def line_match(options: Options) -> LineMatch:
    """Read `broker`, `connection` and `client_id`. Raises BadRuleError."""
    broker, connection = options.whole("broker"), options.whole("connection")
    return LineMatch(broker, connection, options.text("client_id"))


def frame_match(options: Options) -> FrameMatch:
    """Read the conditions on frames. Raises BadRuleError."""
    match = FrameMatch(
        line_match(options),
        options.text("topic"),
        options.whole("partition"),
        options.whole("after_acked") or 0,
        options.text("transactional_id"),
        options.text("group"),
    )
    if match.after_acked and match.topic is None:
        raise options.wrong("after_acked", "has no topic to count", "Name the topic.")
    return match
