"""The evidence: one row for each record batch that the learner's program sent."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from operator import attrgetter
from typing import Any

from judge.history import Op

DELIVERED = "delivered"
NO_RESPONSE_WANTED = "no-response-wanted"
UNANSWERED = "unanswered"
NOT_DELIVERED = "response-not-delivered"
OUTCOMES = (DELIVERED, NO_RESPONSE_WANTED, UNANSWERED, NOT_DELIVERED)
"""How an exchange ended. Only the first lets the program know anything."""


@dataclass(frozen=True, slots=True)
class TapRecord:
    """One batch, as it was really sent, and what its sender could learn of it.

    Times are seconds on CLOCK_MONOTONIC. `answered_s` is when the broker's response reached the
    tap, None when it never did. `ended_s` is when the response had been handed to the program's
    kernel, or when it became certain that it never would be. `why` is what ended the connection
    of an exchange that did not end well. `error` has Kafka's name; of those,
    REQUEST_TIMED_OUT and NOT_ENOUGH_REPLICAS_AFTER_APPEND leave the batch in the leader's log.
    `rule` had a hand in it; `hidden_offset` is where the broker put a batch whose sender was
    told an error by that rule.
    """

    outcome: str
    broker: int
    topic: str
    partition: int
    count: int
    crc: int
    size_bytes: int
    acks: int
    producer_id: int
    producer_epoch: int
    base_sequence: int
    sent_s: float
    ended_s: float
    answered_s: float | None = None
    base_offset: int | None = None
    error: str | None = None
    why: str | None = None
    transactional_id: str | None = None
    client_id: str | None = None
    connection: int = 0
    version: int = 0
    rule: str | None = None
    hidden_offset: int | None = None

    @property
    def acknowledged(self) -> bool:
        """The broker said yes, and that answer was delivered."""
        return self.outcome == DELIVERED and self.error is None and self.answered_s is not None

    def to_line(self) -> str:
        """The record as one line of JSON, newline included: an array, in the order of the fields.

        An object with keys costs three times as much, and the tap writes one for every batch.
        """
        return json.dumps(_values(self)) + "\n"

    def to_op(self, t0_mono_s: float) -> Op:
        """The record as the history's `tap append`, in milliseconds after `t0_mono_s`.

        ok: acknowledged. fail: an error reached the program. info: the program cannot know.
        """
        fate = "ok" if self.acknowledged else "fail" if self.outcome == DELIVERED else "info"
        return Op(
            t_ms=moment_ms(self.ended_s, t0_mono_s),
            source="tap",
            type=fate,
            f="append",
            topic=self.topic,
            partition=self.partition,
            offset=self.base_offset,
            count=self.count,
            broker=self.broker,
            crc=self.crc,
            error=self.error,
            detail=self._detail(t0_mono_s),
        )

    def _detail(self, t0_mono_s: float) -> dict[str, Any]:
        answered = None if self.answered_s is None else moment_ms(self.answered_s, t0_mono_s)
        detail = {
            "acks": self.acks,
            "pid": self.producer_id,
            "epoch": self.producer_epoch,
            "sequence": self.base_sequence,
            "sent_ms": moment_ms(self.sent_s, t0_mono_s),
            "answered_ms": answered,
            "outcome": self.outcome,
            "why": self.why,
            "transactional_id": self.transactional_id,
            "client": self.client_id,
            "connection": self.connection,
            "rule": self.rule,
            "hidden_offset": self.hidden_offset,
        }
        return {key: value for key, value in detail.items() if value is not None}


_values = attrgetter(*(f.name for f in fields(TapRecord)))


def record_from_line(line: str | bytes) -> TapRecord:
    """The record that `TapRecord.to_line` wrote. Raises TypeError when fields are too many."""
    return TapRecord(*json.loads(line))


def moment_ms(moment_s: float, t0_mono_s: float) -> float:
    """A moment on the monotonic clock as milliseconds after `t0_mono_s`, to the microsecond."""
    return round((moment_s - t0_mono_s) * 1000, 3)
