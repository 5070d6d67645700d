"""Two producers of our own beside the learner's: one the fault must hurt, one it must not."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from judge.history import Op
from judge.inside.clients import producer
from judge.inside.clock import Clock

PERIOD_S = 0.02
FLUSH_S = 10.0
WARM = 5


@dataclass(frozen=True, slots=True)
class CanaryKind:
    """A topic and the producer settings that write to it."""

    topic: str
    topic_settings: dict[str, str]
    producer_settings: dict[str, Any]


BAD = CanaryKind(
    "canary-bad",
    {"min.insync.replicas": "1", "unclean.leader.election.enable": "false"},
    {"acks": "1", "enable.idempotence": False},
)
"""Acknowledged by the leader alone: what a killed leader must lose."""

GOOD = CanaryKind(
    "canary-good",
    {"min.insync.replicas": "2", "unclean.leader.election.enable": "false"},
    {"acks": "all", "enable.idempotence": True},
)
"""Acknowledged by two: what no single death may lose."""


KINDS = {"bad": BAD, "good": GOOD}
"""What a scenario may ask for, by the role in which the judge holds it."""


class Canary(threading.Thread):
    """Writes a numbered record every 20 ms and remembers which were acknowledged."""

    def __init__(self, kind: CanaryKind, bootstrap: str, clock: Clock) -> None:
        super().__init__(name=kind.topic, daemon=True)
        self._clock = clock
        self.kind = kind
        self._producer = producer(
            bootstrap, **{**kind.producer_settings, "message.timeout.ms": 8000}
        )
        self._halt = threading.Event()
        self._acknowledged: list[str] = []
        self._acked_ms: list[float] = []
        self._sent = 0

    @property
    def acknowledged(self) -> int:
        """How many records the cluster has acknowledged so far."""
        return len(self._acknowledged)

    @property
    def warm(self) -> bool:
        """Whether enough has been acknowledged to say that it works."""
        return len(self._acknowledged) >= WARM

    @property
    def last_acked_ms(self) -> float:
        """When the cluster last acknowledged a record; -1 before the first."""
        return self._acked_ms[-1] if self._acked_ms else -1.0

    def run(self) -> None:
        """Write until `stop`, then give what is in flight a last chance."""
        while not self._halt.wait(PERIOD_S):
            try:
                self._producer.produce(
                    self.kind.topic,
                    value=str(self._sent).encode(),
                    partition=0,
                    on_delivery=self._delivered,
                )
                self._sent += 1
            except BufferError:
                pass  # The queue is full while nobody leads: the next round tries again.
            self._producer.poll(0)
        self._producer.flush(FLUSH_S)

    def _delivered(self, error: Any, message: Any) -> None:
        if error is None:
            self._acked_ms.append(self._clock.ms())
            self._acknowledged.append(message.value().decode())

    def halt(self) -> None:
        """Send no more; `stop` waits for what is in flight."""
        self._halt.set()

    def stop(self, note: Callable[[Op], None]) -> None:
        """End it and note what it was told."""
        self.halt()
        self.join()
        note(
            Op(
                self._clock.ms(),
                "canary",
                "ok",
                "send",
                topic=self.kind.topic,
                ids=list(self._acknowledged),
                detail={"acked_ms": list(self._acked_ms)},
            )
        )
