"""What a program that reads a topic did with its records: processed, committed, interrupted."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, field

from judge.group_commits import Commit, commits
from judge.history import Op
from judge.index import History

SEEN_LATE_MS = 300.0
"""How much later than a commit the coordinator is asked: it is polled at 5 Hz."""


@dataclass(frozen=True, slots=True)
class Break:
    """A program ended or was stopped. `program` is "" where there is only one."""

    t_ms: float
    program: str
    ended: bool


@dataclass(slots=True)
class Processing:
    """The commits by partition and the breaks, each by time."""

    commits: dict[int, list[Commit]] = field(default_factory=dict)
    breaks: list[Break] = field(default_factory=list)

    def covering(self, partition: int, offset: int, by_ms: float) -> Commit | None:
        """The first commit beyond `offset` that existed at `by_ms`, as far as anybody saw."""
        for commit in self.commits.get(partition, ()):
            # Inside a transaction it is in force only once the transaction is committed.
            if commit.in_transaction or commit.offset <= offset:
                continue
            if known_ms(commit) <= by_ms:
                return commit
        return None

    def groups(self, partition: int) -> set[str]:
        """The consumer groups that committed offsets of a partition."""
        return {commit.group for commit in self.commits.get(partition, ())}

    def broken(self, since_ms: float, until_ms: float, program: str = "") -> Break | None:
        """The first break of `program` between two moments; of any program for ""."""
        at = bisect_left(self.breaks, since_ms, key=lambda one: one.t_ms)
        for one in self.breaks[at:]:
            if one.t_ms > until_ms:
                return None
            if "" in (program, one.program) or program == one.program:
                return one
        return None


def known_ms(commit: Commit) -> float:
    """The earliest that a commit can have been in force: the coordinator is asked a little late."""
    return commit.t_ms - (SEEN_LATE_MS if commit.seen_by == "group" else 0.0)


def processing(history: History) -> Processing:
    """The tables, worked out once for each history."""
    if "processing" not in history.memo:
        history.memo["processing"] = _work_out(history)
    found: Processing = history.memo["processing"]
    return found


def _work_out(history: History) -> Processing:
    result = Processing(commits(history))
    for op in history.programs:
        if op.f == "exit":
            result.breaks.append(Break(op.t_ms, _program(op), True))
    for op in history.faults:
        if op.type == "ok" and op.f.endswith("_program"):
            result.breaks.append(Break(op.t_ms, _program(op), not op.f.startswith("pause")))
    result.breaks.sort(key=lambda one: (one.t_ms, one.program, one.ended))
    return result


def _program(op: Op) -> str:
    return str((op.detail or {}).get("program", ""))
