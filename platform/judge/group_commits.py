"""Which offsets a consumer group committed, when, and whether inside a transaction."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from judge.index import History, partition_of


@dataclass(frozen=True, slots=True, order=True)
class Commit:
    """One committed offset of one partition, at the moment it was known to be in force.

    offset: the next offset to be read. group: who committed. seen_by: `tap` when the answer to
    the program was seen, `group` when the coordinator said so. in_transaction: only the tap
    knows; such a commit is in force only once its transaction is committed.
    """

    t_ms: float
    offset: int
    group: str
    seen_by: str
    in_transaction: bool = False


def commits(history: History) -> dict[int, list[Commit]]:
    """Partition of the topic that the program reads -> its commits in order of time."""
    if "group_commits" not in history.memo:
        history.memo["group_commits"] = _collect(history)
    found: dict[int, list[Commit]] = history.memo["group_commits"]
    return found


def read_topic(history: History) -> str:
    """The topic that the judged program reads."""
    return history.terms.input_topic or history.terms.topic


def _collect(history: History) -> dict[int, list[Commit]]:
    found: dict[int, list[Commit]] = defaultdict(list)
    topic = read_topic(history)
    for op in history.commits:
        if op.topic != topic or op.type not in ("ok", "info") or op.error is not None:
            continue
        # −1 says that nothing is committed any more; unanswered says nothing.
        if (op.offset or 0) <= 0 or (op.source == "tap" and op.type != "ok"):
            continue
        inside = op.source == "tap" and bool((op.detail or {}).get("txn"))
        found[partition_of(op)].append(
            Commit(op.t_ms, op.offset or 0, op.id or "", op.source, inside)
        )
    for rows in found.values():
        rows.sort()
    return dict(found)
