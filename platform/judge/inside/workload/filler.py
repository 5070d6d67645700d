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
    """Our own producer, keyed by customer: idempotent and acks=all unless told otherwise.

    An order counts as stored once its delivery report says so; until then it is in doubt, and
    no checker asks for it. With acks=1 it is the careless service of a story.
    """

    def __init__(
        self,
        bootstrap: str,
        topic: str,
        note: Callable[[Op], None],
        now_ms: Callable[[], float],
        acks: str = "all",
    ) -> None:
        self._topic, self._note, self._now_ms = topic, note, now_ms
        self._producer = producer(
            bootstrap,
            **{
                "acks": acks,
                "enable.idempotence": acks == "all",
                "message.timeout.ms": 30_000,
                "linger.ms": 2,
            },
        )
        self.accepted: list[dict[str, Any]] = []
        """What the service knows of each order that it was told is stored."""

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
        self.accepted.append({"order_id": order.id, "offset": message.offset()})
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
