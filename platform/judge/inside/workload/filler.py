"""Puts orders into the topic that the learner's program reads, as a careful service would."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from judge.errors import JudgeError
from judge.history import Op
from judge.inside.clients import producer
from judge.inside.workload.ledger import Order

FLUSH_S = 20.0
QUEUE_S = 5.0


class Filler:
    """Our own producer: idempotent, acks=all, keyed by customer; it never writes anything twice.

    An order counts as stored once its delivery report says so; until then it is in doubt, and
    no checker asks for it.
    """

    def __init__(
        self,
        bootstrap: str,
        topic: str,
        note: Callable[[Op], None],
        now_ms: Callable[[], float],
    ) -> None:
        self._topic, self._note, self._now_ms = topic, note, now_ms
        self._producer = producer(
            bootstrap, **{"enable.idempotence": True, "message.timeout.ms": 30_000, "linger.ms": 2}
        )
        self.stored = 0

    def send(self, order: Order) -> bool:
        """Hand one order to the producer; always True, since nobody closes a topic."""
        while True:
            try:
                self._producer.produce(
                    self._topic,
                    key=order.customer,
                    value=order.line,
                    on_delivery=lambda error, message: self._delivered(order, error, message),
                )
            except BufferError:
                self._producer.poll(QUEUE_S)
                continue
            self._producer.poll(0)
            return True

    def flush(self) -> None:
        """Wait until every order has its report. Raises JudgeError `input-not-stored`."""
        if self._producer.flush(FLUSH_S):
            text = f"our own orders for {self._topic} were not stored"
            raise JudgeError("input-not-stored", text)

    def _delivered(self, order: Order, error: Any, message: Any) -> None:
        if error is not None:
            return
        self.stored += 1
        self._note(
            Op(
                self._now_ms(),
                "ledger",
                "ok",
                "send",
                id=order.id,
                key=order.customer,
                topic=self._topic,
                partition=message.partition(),
                offset=message.offset(),
            )
        )
