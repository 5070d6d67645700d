"""How the transactions in the judged topic ended, by the markers in its logs."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict

from judge.history import Op
from judge.index import BatchKey, History, partition_of

COMMIT, ABORT, OPEN, UNKNOWN = "commit", "abort", "open", "unknown"

Session = tuple[int, int]
"""Producer id and epoch: one life of a transactional producer. The next has a higher epoch, and
whatever of this one comes late is refused."""


def outcomes(history: History) -> dict[BatchKey, str]:
    """Stored batch of a transaction -> commit, abort, or open; worked out once for each history.

    A batch belongs to the transaction that the next marker of its producer, in its partition,
    ends; where that marker could not be read, it is unknown. Batches outside any transaction are
    not listed.
    """
    if "outcomes" not in history.memo:
        history.memo["outcomes"] = _outcomes(history)
    found: dict[BatchKey, str] = history.memo["outcomes"]
    return found


def _outcomes(history: History) -> dict[BatchKey, str]:
    ends = _markers(history)
    found: dict[BatchKey, str] = {}
    for key, (pid, _, _, in_transaction) in history.writers.items():
        if in_transaction:
            offsets, said = ends.get((key[0], pid), ([], []))
            place = bisect_right(offsets, key[1])
            found[key] = said[place] if place < len(said) else OPEN
    return found


def _markers(history: History) -> dict[tuple[int, int], tuple[list[int], list[str]]]:
    """Partition and producer id -> offsets of its markers, and what each said."""
    seen: dict[tuple[int, int], dict[int, str]] = defaultdict(dict)
    # Logs that did not survive first, so that what a live broker's log says at an offset stands.
    ops = sorted(
        history.rare_ops("log", "marker"), key=lambda op: op.broker not in history.gone_brokers
    )
    for op in ops:
        detail = op.detail or {}
        if op.topic == history.terms.topic and op.offset is not None and "pid" in detail:
            said = detail.get("outcome")
            known = said if said in (COMMIT, ABORT) else UNKNOWN
            seen[partition_of(op), detail["pid"]][op.offset] = known
    return {
        key: (sorted(by_offset), [by_offset[offset] for offset in sorted(by_offset)])
        for key, by_offset in seen.items()
    }


def session_of_end(op: Op) -> Session | None:
    """Who asked to end a transaction."""
    detail = op.detail or {}
    pid = detail.get("pid")
    return (pid, int(detail.get("epoch", -1))) if isinstance(pid, int) else None


def session_of_batch(history: History, key: BatchKey) -> Session:
    """Who wrote a batch of a transaction."""
    pid, epoch, *_ = history.writers[key]
    return pid, epoch


def in_doubt(history: History) -> frozenset[Session]:
    """Producers that asked to end a transaction and never heard what came of it.

    The request may have been taken late, after the next transaction had begun. Before KIP-890 a
    coordinator takes it for the end of that one, so not even a correct program is safe; clients
    of librdkafka still speak that protocol (its issue 5423). Nothing is held against them.
    """
    asked = (session_of_end(op) for op in history.rare_ops("tap", "end_txn") if op.type == "info")
    return frozenset(session for session in asked if session is not None)


def committing(history: History) -> frozenset[Session]:
    """Producers whose last transaction a coordinator has agreed to commit.

    The tap saw its yes, or its own log says so. The markers follow, however long that takes.
    """
    last: dict[Session, bool] = {}
    for op in history.rare_ops("tap", "end_txn"):
        session = session_of_end(op)
        if session is not None:
            last[session] = op.type == "ok" and bool((op.detail or {}).get("committed"))
    for op in history.rare_ops("transaction", "state"):
        detail = op.detail or {}
        if isinstance(detail.get("pid"), int) and detail.get("state") in _AGREED:
            last[detail["pid"], int(detail.get("pepoch", -1))] = True
    return frozenset(session for session, agreed in last.items() if agreed)


_AGREED = ("PrepareCommit", "CompleteCommit")
