"""The evidence besides batches: one row for a commit of a partition, and for any other call."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import Any

from judge.history import Op
from judge.inside.tap.records import DELIVERED, NOT_DELIVERED, UNANSWERED, moment_ms


@dataclass(frozen=True, slots=True)
class CallRecord:
    """One call as it was really sent, and what its sender could learn. Times as in TapRecord."""

    outcome: str
    f: str
    broker: int
    connection: int
    sent_s: float
    ended_s: float
    id: str | None = None
    answered_s: float | None = None
    topic: str | None = None
    partition: int | None = None
    offset: int | None = None
    count: int | None = None
    error: str | None = None
    why: str | None = None
    rule: str | None = None
    client_id: str | None = None
    detail: dict[str, Any] = field(default_factory=dict)

    def to_line(self) -> str:
        """The record as one line of JSON, told from a batch's by being an object."""
        row = {key: value for key, value in asdict(self).items() if value is not None}
        return json.dumps(row) + "\n"

    def to_op(self, t0_mono_s: float) -> Op:
        """The record as the history's `tap` operation, in milliseconds after `t0_mono_s`.

        ok: a yes was delivered. fail: an error reached the program. info: it cannot know.
        """
        told = self.outcome == DELIVERED
        extra = {
            "sent_ms": moment_ms(self.sent_s, t0_mono_s),
            "outcome": None if told else self.outcome,
            "why": self.why,
            "rule": self.rule,
            "client": self.client_id,
            "connection": self.connection,
        }
        return Op(
            t_ms=moment_ms(self.ended_s, t0_mono_s),
            source="tap",
            type="info" if not told else "fail" if self.error else "ok",
            f=self.f,
            id=self.id,
            topic=self.topic,
            partition=self.partition,
            offset=self.offset,
            count=self.count,
            broker=self.broker,
            error=self.error,
            detail=self.detail | {key: v for key, v in extra.items() if v is not None},
        )


def call_record_from_row(row: dict[str, Any]) -> CallRecord:
    """The record that `CallRecord.to_line` wrote. Raises TypeError on unknown fields."""
    return CallRecord(**row)


def outcome_of(*, answered: bool, why: str | None) -> str:
    """How a call ended; `why` is None when nothing prevented its answer from being delivered."""
    if not answered:
        return UNANSWERED
    return DELIVERED if why is None else NOT_DELIVERED
