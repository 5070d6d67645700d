"""Finds records in the judged topic that nobody handed out, or that were altered on the way."""

from __future__ import annotations

from judge.checkers.asked import asked
from judge.checkers.evidence import how_many, some
from judge.index import History, offset_at, partition_at, partition_of, spot
from judge.verdict import Anomaly, CheckResult, Evidence

NAME = "phantom"
ANOMALY = "phantom"


def check(history: History, *, foreign: bool = False) -> CheckResult:
    """Every record in the topic must be an order of ours, as it was handed out.

    `kept` is None where the lab does not ask and where nothing was read back.

    Options:
        foreign: whether records that carry no order's id at all count as well. Batches on live
            logs tell of them: they hold more records than orders.
    """
    if not asked(history, NAME, ANOMALY):
        return CheckResult(NAME, None, "the lab does not ask")
    if not history.read_ends:
        return CheckResult(NAME, None, "the topic was not read back")
    invented = sorted((history.first_read[i], i) for i in history.foreign_read)
    altered = sorted((place, "") for place in set(_altered(history)))
    others = sorted((place, "") for place in _foreign(history)) if foreign else []
    anomalies = [
        *_anomaly(history, "never-handed-out", invented),
        *_anomaly(history, "altered", altered),
        *_anomaly(history, "foreign-record", others),
    ]
    figures = {"invented": len(invented), "altered": len(altered), "foreign": len(others)}
    if anomalies:
        return CheckResult(NAME, False, anomalies[0].summary, tuple(anomalies), figures)
    if not history.first_read:
        return CheckResult(NAME, None, "the topic holds nothing", (), figures)
    count = how_many(len(history.first_read), "record")
    return CheckResult(NAME, True, f"{count}, each as it was handed out", (), figures)


def _altered(history: History) -> list[int]:
    """Places of records whose value is not the order's, where our reader looked for that."""
    return [
        spot(partition_of(op), 0) | offset
        for op in history.rare_ops("reader", "read")
        for offset in (op.detail or {}).get("altered", ())
    ]


def _foreign(history: History) -> list[int]:
    """The first place of each batch on a live log that holds more records than orders."""
    return [
        spot(key[0], key[1])
        for key, ids in history.ids.items()
        if history.counts.get(key, 0) > len(ids)
        and any(broker not in history.gone_brokers for broker, _ in history.copies[key])
    ]


_SUMMARIES = {
    "never-handed-out": ("record", "with an id that was never handed out"),
    "altered": ("record", "with another value than the order's"),
    "foreign-record": ("batch", "with records that are no orders"),
}


def _anomaly(history: History, cause: str, found: list[tuple[int, str]]) -> list[Anomaly]:
    if not found:
        return []
    noun, what = _SUMMARIES[cause]
    count = f"{len(found):,} batches" if noun == "batch" and len(found) > 1 else None
    rows = tuple(
        Evidence(
            f"{noun} {order_id}".rstrip()
            + f" at partition {partition_at(place)}, offset {offset_at(place)}: {what}",
            history.read_ms,
            order_id or None,
            topic=history.terms.topic,
            partition=partition_at(place),
            offset=offset_at(place),
            detail={"cause": cause},
        )
        for place, order_id in some(found)
    )
    summary = f"{count or how_many(len(found), noun)} {what}"
    return [Anomaly(ANOMALY, cause, len(found), summary, rows)]
