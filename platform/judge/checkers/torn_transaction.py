"""Finds transactions of which one part was committed and another was not."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict

from judge.acknowledgements import acknowledgements
from judge.checkers.evidence import LIMIT, how_many, seconds, some
from judge.index import BatchKey, History, sent_ms
from judge.transactions import (
    ABORT,
    COMMIT,
    Session,
    in_doubt,
    outcomes,
    session_of_batch,
    session_of_end,
)
from judge.verdict import Anomaly, CheckResult, Evidence

NAME = "torn_transaction"

_Part = tuple[BatchKey, str]

_Name = tuple[Session, int]
"""Which producer, and the how-manieth of its transactions."""


def check(history: History) -> CheckResult:
    """A transaction's records must be committed together, or not at all.

    Which batches are of one transaction the tap shows: those that a producer sent between two
    of its requests to end one. `kept` is None where there are no transactions that the tap saw,
    and where a torn one is of a producer whose request was never answered: with the protocol of
    before KIP-890 a request that arrives late ends the next transaction, whoever wrote it.
    """
    whole, torn = _transactions(history)
    figures: dict[str, float | int | str] = {"transactions": whole + len(torn), "torn": len(torn)}
    doubtful = in_doubt(history)
    proved = {name: parts for name, parts in torn.items() if name[0] not in doubtful}
    if proved:
        rows = [_shown(history, name, sorted(parts)) for name, parts in sorted(proved.items())]
        summary = f"{how_many(len(rows), 'transaction')} committed in part only"
        shown = tuple(some(rows))
        anomaly = Anomaly("torn-transaction", "parts-disagree", len(rows), summary, shown)
        return CheckResult(NAME, False, summary, (anomaly,), figures)
    if torn:
        summary = "a transaction is torn, and its end was asked for without an answer"
        return CheckResult(NAME, None, summary, (), figures)
    if not whole:
        return CheckResult(NAME, None, "no transaction was seen from begin to end", (), figures)
    return CheckResult(NAME, True, f"{how_many(whole, 'transaction')}, each whole", (), figures)


def _transactions(history: History) -> tuple[int, dict[_Name, list[_Part]]]:
    """How many transactions are whole; and the torn ones."""
    ends_ms: dict[Session, list[float]] = defaultdict(list)
    for op in history.rare_ops("tap", "end_txn"):
        asked_by = session_of_end(op)
        if asked_by is not None:
            ends_ms[asked_by].append(op.t_ms)
    by_batch = acknowledgements(history).by_batch
    found: dict[_Name, list[_Part]] = defaultdict(list)
    for key, said in outcomes(history).items():
        session, tries = session_of_batch(history, key), by_batch.get(key)
        if tries and session in ends_ms and said in (COMMIT, ABORT):
            number = bisect_left(ends_ms[session], min(sent_ms(op) for op in tries))
            found[session, number].append((key, said))
    torn = {name: parts for name, parts in found.items() if len({s for _, s in parts}) > 1}
    return len(found) - len(torn), torn


def _shown(history: History, name: _Name, parts: list[_Part]) -> Evidence:
    by_batch = acknowledgements(history).by_batch
    begun_ms = min(sent_ms(op) for key, _ in parts for op in by_batch[key])
    told = [f"partition {key[0]}, offset {key[1]}: {said}" for key, said in parts[:LIMIT]]
    return Evidence(
        f"transaction {name[1] + 1} of producer {name[0][0]}, begun by {seconds(begun_ms)}: "
        + "; ".join(told),
        begun_ms,
        topic=history.terms.topic,
        partition=parts[0][0][0],
        offset=parts[0][0][1],
    )
