"""Finds records of aborted transactions that somebody took for real: Adya's anomaly G1a."""

from __future__ import annotations

from judge.checkers.evidence import how_many, seconds, some
from judge.committed_reads import committed_reads
from judge.index import History, offset_at, partition_at, spot
from judge.transactions import ABORT, outcomes
from judge.verdict import Anomaly, CheckResult, Evidence

NAME = "aborted_reads"


def check(history: History) -> CheckResult:
    """No record of an aborted transaction may be read as committed, processed, or copied on.

    Aborted are the transactions that a marker in the judged topic says so of, and the orders
    that our own producer took back from the input. An order that was written again and committed
    is a committed one. `kept` is None where nobody read as read_committed and nothing was
    processed.
    """
    reads, aborted = _readings(history), _aborted_orders(history)
    anomalies = [
        *_anomaly("aborted-readable", reads, "read as committed"),
        *_anomaly("read-uncommitted", _processed(history, aborted), "processed"),
        *_anomaly("read-uncommitted", _copied(history), "copied on"),
    ]
    figures: dict[str, float | int | str] = {
        "aborted": len(aborted | history.taken_back),
        "aborted_read": sum(anomaly.count for anomaly in anomalies),
    }
    if anomalies:
        summary = "; ".join(anomaly.summary for anomaly in anomalies)
        return CheckResult(NAME, False, summary, tuple(anomalies), figures)
    if not history.processed and not committed_reads(history).ends:
        return CheckResult(NAME, None, "nobody read as read_committed", (), figures)
    if not figures["aborted"]:
        return CheckResult(NAME, True, "no transaction was aborted", (), figures)
    count = how_many(len(aborted | history.taken_back), "aborted record")
    return CheckResult(NAME, True, f"nobody took one of {count} for real", (), figures)


def _aborted_orders(history: History) -> set[str]:
    """Orders of the judged topic that are in aborted batches and in no others."""
    ended = outcomes(history)
    aborted = {i for key, said in ended.items() if said == ABORT for i in history.ids[key]}
    if not aborted:
        return aborted
    kept = (ids for key, ids in history.ids.items() if ended.get(key) != ABORT)
    return aborted.difference(*kept)


def _readings(history: History) -> list[Evidence]:
    """Places in aborted batches at which a read_committed reader found a record."""
    ended, reads = outcomes(history), committed_reads(history)
    inside: dict[int, int] = {}
    for key, said in ended.items():
        if said == ABORT:
            for number in range(history.counts.get(key, len(history.ids[key]))):
                inside[spot(key[0], key[1] + number)] = history.writers[key][0]
    found = sorted(
        (place, order_id)
        for order_id, first in reads.first.items()
        for place in (first, *reads.again.get(order_id, ()))
        if place in inside
    )
    return [
        _at(
            history,
            place,
            order_id,
            f"record {order_id} at partition {partition_at(place)}, offset {offset_at(place)} was "
            f"read as committed; the transaction of producer {inside[place]} it is in was aborted",
        )
        for place, order_id in found
    ]


def _processed(history: History, aborted: set[str]) -> list[Evidence]:
    """Aborted records of the topic that the program reads, and of which it did something."""
    doubtful = history.taken_back | (set() if history.terms.input_topic else aborted)
    found = sorted(
        (min(t for t, _ in moments), order_id)
        for order_id, moments in history.processed.items()
        if order_id in doubtful and order_id not in history.filled
    )
    return [
        Evidence(
            f"record {order_id} was processed at {seconds(t)}; its transaction was aborted",
            t,
            order_id,
        )
        for t, order_id in found
    ]


def _copied(history: History) -> list[Evidence]:
    """Orders that our producer took back from the input and that are in the output."""
    if not history.terms.input_topic:
        return []
    first = committed_reads(history).first
    copied = history.taken_back.intersection(first).difference(history.filled)
    return [
        _at(
            history,
            first[order_id],
            order_id,
            f"record {order_id} is in the output at offset {offset_at(first[order_id])}; "
            "its transaction in the input was aborted",
        )
        for order_id in sorted(copied)
    ]


def _at(history: History, place: int, order_id: str, what: str) -> Evidence:
    return Evidence(
        what,
        committed_reads(history).read_ms,
        order_id,
        topic=history.terms.topic,
        partition=partition_at(place),
        offset=offset_at(place),
    )


def _anomaly(cause: str, rows: list[Evidence], did: str) -> list[Anomaly]:
    if not rows:
        return []
    summary = f"{how_many(len(rows), 'record')} of aborted transactions {did}"
    shown = tuple(some(rows))
    return [Anomaly("aborted-read", cause, len(rows), summary, shown)]
