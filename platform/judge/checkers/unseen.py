"""Finds records of the judged topic that the program never processed."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from math import inf

from judge.checkers.evidence import how_many, seconds, some
from judge.group_commits import Commit
from judge.index import History, absent, offset_at, partition_at
from judge.processing import Break, known_ms, processing
from judge.verdict import Anomaly, CheckResult, Evidence

NAME = "unseen"


@dataclass(frozen=True, slots=True)
class _Row:
    """One record as it was first processed."""

    t_ms: float
    offset: int
    program: str


@dataclass(slots=True)
class _Way:
    """How the processing went through one partition: rows by offset, and who first went beyond."""

    rows: list[_Row] = field(default_factory=list)
    beyond: list[_Row] = field(default_factory=list)

    def close(self) -> None:
        """Sort the rows and work out, for each, the earliest of it and all above it."""
        self.rows.sort(key=lambda row: row.offset)
        self.beyond = list(self.rows)
        for n in range(len(self.rows) - 2, -1, -1):
            self.beyond[n] = min(self.rows[n], self.beyond[n + 1], key=lambda row: row.t_ms)

    def passed(self, offset: int) -> _Row | None:
        """The first time that a record beyond `offset` was processed."""
        at = bisect_right(self.rows, offset, key=lambda row: row.offset)
        return self.beyond[at] if at < len(self.rows) else None

    def below(self, offset: int) -> _Row | None:
        """The nearest record below `offset` that was processed."""
        at = bisect_left(self.rows, offset, key=lambda row: row.offset)
        return self.rows[at - 1] if at else None


@dataclass(frozen=True, slots=True)
class _Unseen:
    """One record and why it was not processed."""

    id: str
    place: int
    cause: str
    t_ms: float
    commit: Commit | None = None
    broken: Break | None = None
    passed: _Row | None = None


def check(history: History, *, in_hand_ms: float = 1000) -> CheckResult:
    """Every record of ours in the judged topic must have been processed by the program.

    `kept` is None where the topic was not read back, where nothing of ours is in it, and where
    nothing was processed at all: the program's failure, or our deafness.

    Options:
        in_hand_ms: how long a program may have a record in its hands while it goes on with later
            ones. A record that was passed longer than this before a crash was skipped by the
            program; else it was lost in the crash.
    """
    read, processed = history.first_read, history.processed
    there = len(read) - len(history.foreign_read)
    left = absent(read, processed) - history.foreign_read if processed else set[str]()
    done = there - len(left) if processed else 0
    figures = {"in_topic": there, "processed": done, "unseen": there - done}
    if not history.read_ends:
        return CheckResult(NAME, None, "the topic was not read back", (), figures)
    if not there:
        return CheckResult(NAME, None, "the topic holds no record of ours", (), figures)
    if not done:
        return CheckResult(NAME, None, "no record was seen to be processed", (), figures)
    if not left:
        text = f"{how_many(done, 'record')} processed, none was left out"
        return CheckResult(NAME, True, text, (), figures)
    ways = _ways(history)
    found = [
        _explain(history, ways.get(partition_at(read[i])) or _Way(), i, read[i], in_hand_ms)
        for i in left
    ]
    found.sort(key=lambda each: (each.t_ms, each.place, each.id))
    summary = f"{how_many(len(found), 'record')} of {there:,} never processed"
    return CheckResult(NAME, False, summary, _anomalies(history, found), figures)


def _ways(history: History) -> dict[int, _Way]:
    ways: dict[int, _Way] = {}
    for order_id, moments in history.processed.items():
        place = history.first_read.get(order_id)
        if place is not None and order_id in history.handed:
            t_ms, program = moments[0]
            way = ways.setdefault(partition_at(place), _Way())
            way.rows.append(_Row(t_ms, offset_at(place), program))
    for way in ways.values():
        way.close()
    return ways


def _explain(history: History, way: _Way, order_id: str, place: int, in_hand_ms: float) -> _Unseen:
    """The earliest thing that kept it from being processed.

    A commit beyond the record before the program broke off is proof: whoever came next began
    after it. Else the program itself went past it, or never came so far.
    """
    tables, partition, offset = processing(history), partition_at(place), offset_at(place)
    passed, below = way.passed(offset), way.below(offset)
    until_ms = passed.t_ms + in_hand_ms if passed else inf
    commit = tables.covering(partition, offset, until_ms)
    broken = None
    if commit is not None:
        owner = below.program if below else ""
        broken = tables.broken(known_ms(commit), until_ms, owner)
        handed_over = (
            passed is not None
            and below is not None
            and passed.program != below.program
            and commit.t_ms <= passed.t_ms
        )
        if broken is not None or passed is None or handed_over:
            cause = "committed-before-processing"
            return _Unseen(order_id, place, cause, commit.t_ms, commit, broken, passed)
    if passed is not None:
        return _Unseen(order_id, place, "skipped", passed.t_ms, commit, None, passed)
    return _Unseen(order_id, place, "never-reached", history.handed[order_id])


_SUMMARIES = {
    "committed-before-processing": "committed, and not processed before the program broke off",
    "skipped": "skipped: later ones of the partition were processed",
    "never-reached": "not reached by the end of the run",
}


def _anomalies(history: History, found: list[_Unseen]) -> tuple[Anomaly, ...]:
    by_cause: dict[str, list[_Unseen]] = {}
    for each in found:
        by_cause.setdefault(each.cause, []).append(each)
    return tuple(
        Anomaly(
            "unseen",
            cause,
            len(rows),
            f"{how_many(len(rows), 'record')} {_SUMMARIES[cause]}",
            tuple(_evidence(history, row) for row in some(rows)),
        )
        for cause, rows in by_cause.items()
    )


def _evidence(history: History, each: _Unseen) -> Evidence:
    partition, offset = partition_at(each.place), offset_at(each.place)
    told = [f"record {each.id} at partition {partition}, offset {offset}, was never processed"]
    if each.commit is not None and each.cause == "committed-before-processing":
        told.append(
            f"offset {each.commit.offset} was committed by {seconds(each.commit.t_ms)} "
            f"(group {each.commit.group})"
        )
    if each.broken is not None:
        did = "ended" if each.broken.ended else "was paused"
        told.append(f"the program {did} at {seconds(each.broken.t_ms)}")
    if each.passed is not None:
        told.append(
            f"offset {each.passed.offset} was processed at {seconds(each.passed.t_ms)}"
        )
    return Evidence(
        what="; ".join(told),
        t_ms=each.t_ms,
        id=each.id,
        topic=history.terms.topic,
        partition=partition,
        offset=offset,
        detail={"cause": each.cause},
    )
