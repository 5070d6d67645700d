"""The terms a run is judged by: what its history says about itself at the beginning and the end.

Everything a verdict needs is in these two operations, so that a stored history can be judged
again without the lab, the clock or the machine it was recorded on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from judge.anomalies import BROKER_ACKNOWLEDGED
from judge.errors import JudgeError
from judge.history import Op

TERMS_SCHEMA = 1
"""Raised whenever a key of the terms changes its meaning or goes away."""

ERROR_DETAIL_CHARS = 8000
"""How much of a failure's log tails a history keeps."""

CANARY_ROLES = ("bad", "good")
"""A bad canary is one the fault must hurt, a good one is one it must not."""

READ_UNCOMMITTED, READ_COMMITTED = "read_uncommitted", "read_committed"
"""Kafka's isolation levels of a consumer."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What one run was asked and by which rules it is judged.

    topic: the one topic of the learner; whatever else is written to is not judged.
    replicas: how many brokers are in a partition's ISR while the cluster is healthy.
    promises: names in `judge.checkers.CHECKERS` that a fix must keep; others are only observed.
    wanted_anomaly, wanted_causes: what the stage `reproduce` must show.
    options: checker name -> its keyword options.
    faults: names of the faults that must be seen to take effect.
    canaries: topic -> role, one of CANARY_ROLES.
    min_orders: fewer orders handed than this prove nothing.
    entry_bytes: size of the program's entry file without blanks around it; None when unknown.
    settings: of whom ("topic", "producer", …) -> name -> value, as in the report.
    input_topic: the topic a copying program reads; "" when it reads none but `topic`.
    isolation: the reads that count, READ_UNCOMMITTED or READ_COMMITTED.
    rules: the learner's alert rules as they were handed in; None where the lab takes none.
    brokers: how many brokers the cluster has; 0 when unknown.
    """

    lab: str
    stage: str
    seed: int
    topic: str
    replicas: int = 3
    promises: tuple[str, ...] = ()
    wanted_anomaly: str = "lost-write"
    wanted_causes: tuple[str, ...] = BROKER_ACKNOWLEDGED
    options: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    faults: tuple[str, ...] = ()
    canaries: Mapping[str, str] = field(default_factory=dict)
    min_orders: int = 50
    entry_bytes: int | None = None
    settings: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)
    input_topic: str = ""
    isolation: str = READ_UNCOMMITTED
    rules: str | None = None
    brokers: int = 0

    def to_detail(self) -> dict[str, Any]:
        """The terms as plain JSON types, for the `scenario begin` operation."""
        body = asdict(self)
        for name in _TUPLES:
            body[name] = list(body[name])
        return {"schema": TERMS_SCHEMA, **body}


_TUPLES = ("promises", "wanted_causes", "faults")


def terms_from_detail(detail: Mapping[str, Any]) -> Terms:
    """The terms that `Terms.to_detail` wrote. Raises JudgeError `history-unreadable`."""
    body: dict[str, Any] = dict(detail)
    schema = body.pop("schema", None)
    if schema != TERMS_SCHEMA:
        raise JudgeError(
            "history-unreadable",
            f"this history has terms of schema {schema}; this judge reads {TERMS_SCHEMA}",
        )
    try:
        for name in _TUPLES:
            body[name] = tuple(body.get(name, ()))
        return Terms(**body)
    except TypeError as wrong:
        raise JudgeError("history-unreadable", f"the history's terms: {wrong}") from None


def opening(terms: Terms, t_ms: float = 0.0) -> Op:
    """The operation that begins a history."""
    return Op(t_ms, "scenario", "info", "begin", topic=terms.topic, detail=terms.to_detail())


def closing(
    t_ms: float,
    timings_s: Mapping[str, float],
    *,
    error: JudgeError | None = None,
) -> Op:
    """The operation that ends a history; `error` is what of ours failed, when something did.

    `timings_s` are stored here because a replay must not measure anything.
    """
    detail: dict[str, Any] = {"timings_s": dict(timings_s)}
    if error is not None:
        detail["error"] = {
            "code": error.code,
            "message": error.message,
            "detail": error.detail[-ERROR_DETAIL_CHARS:],
        }
    return Op(t_ms, "scenario", "info", "end", detail=detail)
