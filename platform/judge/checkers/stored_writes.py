"""Finds records of our own producer that it was told are stored and that nobody can read."""

from __future__ import annotations

from judge.checkers.asked import asked
from judge.checkers.evidence import choose, how_many
from judge.index import History, offset_at, partition_at
from judge.verdict import Anomaly, CheckResult, Evidence

NAME = "stored_writes"


def check(history: History) -> CheckResult:
    """What our own producer put into the judged topic, and was told is there, must be readable.

    It waits for all in-sync replicas and never writes anything twice, so a record that is gone
    was given away by whoever ran the cluster. `kept` is None where the lab does not ask, where we
    filled no judged topic, where it was not read back, and where a record lies on a live log and
    cannot be read.
    """
    if not asked(history, NAME, "lost-write"):
        return CheckResult(NAME, None, "nobody was to keep our own records")
    stored = {} if history.terms.input_topic else history.filled
    if not stored:
        return CheckResult(NAME, None, "none of our own records went to the judged topic")
    figures = {"stored": len(stored), "gone": 0}
    if not history.read_ends:
        return CheckResult(NAME, None, "the topic was not read back", (), figures)
    missing = sorted((i for i in stored if i not in history.first_read), key=lambda i: stored[i])
    if not missing:
        return CheckResult(NAME, True, f"all {len(stored):,} can be read back", (), figures)
    places = history.places_of(set(missing))
    gone = [i for i in missing if not _lives(history, places.get(i, []))]
    if not gone:
        held = how_many(len(missing), "record")
        return CheckResult(NAME, None, f"{held} on a live log could not be read", (), figures)
    figures["gone"] = len(gone)
    summary = f"{how_many(len(gone), 'record')} of {len(stored):,} that were stored are gone"
    rows = tuple(
        _evidence(history, i, stored[i]) for i in choose(gone, lambda i: float(stored[i]))
    )
    anomaly = Anomaly("lost-write", "stored-then-gone", len(gone), summary, rows)
    return CheckResult(NAME, False, summary, (anomaly,), figures)


def _lives(history: History, found: list[tuple[tuple[int, int, int], int]]) -> bool:
    return any(
        broker not in history.gone_brokers for key, _ in found for broker, _ in history.copies[key]
    )


def _evidence(history: History, order_id: str, place: int) -> Evidence:
    partition, offset = partition_at(place), offset_at(place)
    return Evidence(
        f"record {order_id} was acknowledged to our producer at partition {partition}, "
        f"offset {offset}, and no live log holds it at the end",
        history.handed.get(order_id),
        order_id,
        topic=history.terms.topic,
        partition=partition,
        offset=offset,
    )
