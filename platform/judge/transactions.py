"""How the transactions in the judged topic ended, by the markers in its logs."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict

from judge.history import Op
from judge.index import BatchKey, History, partition_of

COMMIT, ABORT, OPEN = "commit", "abort", "open"


def outcomes(history: History) -> dict[BatchKey, str]:
    """Stored batch of a transaction -> commit, abort, or open; worked out once for each history.

    A batch belongs to the transaction that the next marker of its producer, in its partition,
    ends. Batches outside any transaction are not listed.
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
            said = COMMIT if detail.get("outcome") == COMMIT else ABORT
            seen[partition_of(op), detail["pid"]][op.offset] = said
    return {
        key: (sorted(by_offset), [by_offset[offset] for offset in sorted(by_offset)])
        for key, by_offset in seen.items()
    }


def pid_of_end(op: Op) -> int | None:
    """The producer id that asked to end a transaction."""
    pid = (op.detail or {}).get("pid")
    return pid if isinstance(pid, int) else None


def in_doubt(history: History) -> frozenset[int]:
    """Producer ids that asked to end a transaction and never heard what came of it.

    The request may have been taken late, after the next transaction had begun. Before KIP-890 a
    coordinator takes it for the end of that one, so not even a correct program is safe; clients
    of librdkafka still speak that protocol (its issue 5423). Nothing is held against them.
    """
    ends = history.rare_ops("tap", "end_txn")
    pids = (pid_of_end(op) for op in ends if op.type == "info")
    return frozenset(pid for pid in pids if pid is not None)


def asked_to_commit(history: History) -> frozenset[int]:
    """Producer ids whose last request to end a transaction was a commit that a broker took."""
    last: dict[int, Op] = {}
    for op in history.rare_ops("tap", "end_txn"):
        pid = pid_of_end(op)
        if pid is not None:
            last[pid] = op
    return frozenset(
        pid for pid, op in last.items() if op.type == "ok" and (op.detail or {}).get("committed")
    )
