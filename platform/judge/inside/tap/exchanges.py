"""Which request a response answers: Kafka answers each connection in the order it asked."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field

from judge.inside.tap.codec import UndecodableError
from judge.inside.tap.produce import Batch, Place, Result


@dataclass(slots=True, eq=False)
class Exchange:
    """One request and, later, its response. The Produce fields stay empty for other APIs."""

    api: int
    version: int
    correlation_id: int
    sent_s: float
    batches: tuple[Batch, ...] = ()
    acks: int = 0
    client_id: str | None = None
    transactional_id: str | None = None
    answered_s: float | None = None
    results: Mapping[Place, Result] = field(default_factory=dict)


class Exchanges:
    """The requests of one connection that still wait for their response, oldest first."""

    def __init__(self) -> None:
        self._waiting: deque[Exchange] = deque()

    def __len__(self) -> int:
        return len(self._waiting)

    def expect(self, exchange: Exchange) -> None:
        """A request that will be answered was passed on."""
        self._waiting.append(exchange)

    def next(self, correlation_id: int) -> Exchange:
        """The exchange that this response belongs to. Raises UndecodableError if it is another."""
        if not self._waiting or self._waiting[0].correlation_id != correlation_id:
            raise UndecodableError(f"a response to request {correlation_id}, which is not next")
        return self._waiting[0]

    def answered(self, exchange: Exchange) -> None:
        """Take it off the list; harmless when it is not on it."""
        if self._waiting and self._waiting[0] is exchange:
            self._waiting.popleft()
        elif exchange in self._waiting:
            self._waiting.remove(exchange)

    def drain(self) -> list[Exchange]:
        """All that will never be answered, oldest first."""
        unanswered = list(self._waiting)
        self._waiting.clear()
        return unanswered
