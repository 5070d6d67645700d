"""Which request a response answers, and the order of answers: Kafka keeps it per connection."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from judge.inside.tap.calls import Call
from judge.inside.tap.codec import UndecodableError
from judge.inside.tap.produce import Batch, Place, Result


@dataclass(slots=True, eq=False)
class Exchange:
    """One request and, later, its response.

    A Produce has batches and results, other evidence has a call, and the rest has neither.
    """

    api: int
    version: int
    correlation_id: int
    sent_s: float
    batches: tuple[Batch, ...] = ()
    call: Call | None = None
    acks: int = 0
    client_id: str | None = None
    transactional_id: str | None = None
    answered_s: float | None = None
    results: Mapping[Place, Result] = field(default_factory=dict)
    rule: str | None = None
    """The rule that took its request or changed its response."""
    hidden_offsets: Mapping[Place, int] = field(default_factory=dict)
    """Where the broker says the batches are, when a rule told the program something else."""
    turn: int = 0
    """Its number on its connection, in the order of requests."""
    withheld: bool = False
    """The broker never saw it; a rule answers in its place, or nobody does."""
    heard: bool = False
    """The broker's response has begun to arrive."""
    said: list[memoryview] = field(default_factory=list)
    """Bytes of the response that wait for their turn."""
    complete: bool = False
    """All of the response has been said."""
    settled: bool = False
    """Its rows are written."""

    @property
    def group(self) -> str | None:
        """The consumer group that it concerns."""
        return self.call.group if self.call else None

    @property
    def places(self) -> tuple[Place, ...]:
        """The partitions that it writes to or commits."""
        if self.call:
            return tuple(self.call.offsets)
        return tuple((batch.topic_key, batch.partition) for batch in self.batches)

    @property
    def succeeded(self) -> bool:
        """The broker has answered, and nothing in its answer is an error."""
        if self.call:
            return self.call.succeeded
        return bool(self.results) and not any(r.error for r in self.results.values())

    def refuse(self, error: str | None) -> None:
        """A rule tells the program `error` where the broker answered a call with success."""
        if self.call:
            self.call.refuse(error)


class Exchanges:
    """The requests of one connection that still wait for their response, oldest first.

    Kafka answers in the order it was asked, and the Java client breaks off when that order is
    broken. So an answer of ours waits for its turn, and everything later waits behind it.
    """

    def __init__(self) -> None:
        self._waiting: deque[Exchange] = deque()
        self._turns = 0
        self.held_bytes = 0
        """Bytes of responses that wait for their turn."""

    def __len__(self) -> int:
        return len(self._waiting)

    def expect(self, exchange: Exchange) -> None:
        """A request that will be answered was passed on."""
        self._turns += 1
        exchange.turn = self._turns
        self._waiting.append(exchange)

    def next(self, correlation_id: int) -> Exchange:
        """The exchange that the broker answers next. Raises UndecodableError if it is another."""
        for exchange in self._waiting:
            if exchange.withheld or exchange.heard:
                continue
            if exchange.correlation_id == correlation_id:
                return exchange
            break
        raise UndecodableError(f"a response to request {correlation_id}, which is not next")

    def say(self, exchange: Exchange, data: memoryview, *, complete: bool) -> None:
        """Add bytes to the response to `exchange`; `ready` yields them at its turn."""
        exchange.said.append(data)
        exchange.complete = complete
        self.held_bytes += len(data)

    def ready(self) -> Iterator[tuple[memoryview, Exchange | None]]:
        """Take what may pass now, in order; the exchange comes with the last of its bytes."""
        while self._waiting and self._waiting[0].said:
            head = self._waiting[0]
            said, head.said = head.said, []
            if head.complete:
                self._waiting.popleft()
            for number, data in enumerate(said, 1):
                self.held_bytes -= len(data)
                yield data, head if head.complete and number == len(said) else None

    def answered(self, exchange: Exchange) -> None:
        """Take it off the list; harmless when it is not on it."""
        if exchange in self._waiting:
            self._waiting.remove(exchange)
            self.held_bytes -= sum(map(len, exchange.said))

    def drain(self) -> list[Exchange]:
        """All that will never be answered, oldest first."""
        unanswered = list(self._waiting)
        self._waiting.clear()
        self.held_bytes = 0
        return unanswered
