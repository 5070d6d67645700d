"""Finds input records of which a consumer of the output gets no copy, two, or a wrong one."""

from __future__ import annotations

from judge.abandoned import left_open
from judge.checkers.evidence import LIMIT, how_many, seconds, some
from judge.committed_reads import CommittedReads, committed_reads
from judge.copies import CopyLoss, Uncopied, uncopied
from judge.double_copies import NEVER_SEEN, Doubled, copied_twice
from judge.index import History, offset_at, partition_at
from judge.verdict import Anomaly, CheckResult, Evidence

NAME = "exactly_once_copy"


def check(history: History) -> CheckResult:
    """Read as read_committed, the output must hold exactly one copy of every input record.

    An input record is one that our own producer was told is in the input topic. One it was not
    told about may have a copy or not. `kept` is None when there is no input topic, when nobody
    read the output as read_committed, when the reading has a hole, when a copy waits behind a
    transaction that is still open, and when a busy machine kept the program from coming so far.
    """
    if not history.terms.input_topic:
        return CheckResult(NAME, None, "this run copies nothing")
    reads, inputs = committed_reads(history), history.filled
    missing = uncopied(history)
    doubled = copied_twice(history)
    anomalies = [
        *_losses(history, missing.lost),
        *_doubles(history, doubled),
        *_altered(history, reads),
    ]
    figures: dict[str, float | int | str] = {
        "inputs": len(inputs),
        "in_doubt": sum(i not in inputs for i in history.handed),
        "copied": sum(i in reads.first for i in inputs),
        "copies_lost": len(missing.lost),
        "copies_doubled": len(doubled),
        "copies_altered": len(reads.altered),
        "copies_hidden": len(missing.hidden),
    }
    if anomalies:
        said = "; ".join(anomaly.summary for anomaly in anomalies)
        return CheckResult(NAME, False, said, tuple(anomalies), figures)
    kept, said = _without_anomaly(history, reads, missing)
    return CheckResult(NAME, kept, said, (), figures)


def _without_anomaly(
    history: History, reads: CommittedReads, missing: Uncopied
) -> tuple[bool | None, str]:
    if not reads.ends:
        return None, "the output was not read as read_committed"
    if not history.filled:
        return None, "no record is known to be in the input"
    if missing.unexplained:
        count = how_many(len(missing.unexplained), "input record")
        return None, f"it cannot be told what became of {count}"
    if missing.unfinished:
        count = how_many(len(missing.unfinished), "input record")
        return None, f"the machine was busy, and {count} were left when the run ended"
    if missing.hidden:
        count = how_many(len(missing.hidden), "input record")
        return None, f"the committed copy of {count} waits behind an open transaction"
    return True, f"{how_many(len(history.filled), 'input record')}, one copy each"


_LOST = {
    "offsets-outside-the-transaction": "has no copy, and its offset was committed by itself",
    "committed-before-written": "has no copy, and its offset was committed",
    "aborted-only": "has copies in aborted transactions only",
    "never-committed": "has a copy in a transaction that was never committed",
    "behind-an-open-transaction": "has a committed copy that nobody can read",
    "written-then-gone": "had a copy on a log that did not survive",
    "not-copied": "was not copied by the end of the run",
}


_SUMMARIES = {
    "offsets-outside-the-transaction": "without a copy although the offset was committed",
    "committed-before-written": "without a copy although the offset was committed",
    "aborted-only": "with copies in aborted transactions only",
    "never-committed": "with copies in transactions that were never committed",
    "behind-an-open-transaction": "with copies behind a transaction that was left open",
    "written-then-gone": "with copies on logs that did not survive",
    "not-copied": "not copied by the end of the run",
}


def _losses(history: History, lost: list[CopyLoss]) -> list[Anomaly]:
    by_cause: dict[str, list[CopyLoss]] = {}
    for loss in lost:
        by_cause.setdefault(loss.cause, []).append(loss)
    return [
        Anomaly(
            "copy-lost",
            cause,
            len(rows),
            f"{how_many(len(rows), 'input record')} {_SUMMARIES[cause]}",
            tuple(_loss_shown(history, row) for row in some(rows)),
        )
        for cause, rows in by_cause.items()
    ]


def _loss_shown(history: History, loss: CopyLoss) -> Evidence:
    place = history.filled[loss.id]
    partition, offset = partition_at(place), offset_at(place)
    told = [f"input record {loss.id} (partition {partition}, offset {offset}) {_LOST[loss.cause]}"]
    if loss.commit is not None:
        told.append(f"offset {loss.commit.offset} was committed by {seconds(loss.commit.t_ms)}")
    if loss.batch is not None and loss.cause == "behind-an-open-transaction":
        held = left_open(history)[loss.batch[0]]
        told.append(
            f"transactional id {held.opened_as} left a transaction open at offset "
            f"{held.batch[1]} when the program broke off at {seconds(held.broke_ms)}, and the "
            f"next life took the id {held.next_as}"
        )
    if loss.batch is not None:
        told.append(f"the batch at offset {loss.batch[1]} of the output held it")
    return Evidence(
        what="; ".join(told),
        t_ms=loss.t_ms,
        id=loss.id,
        topic=history.terms.input_topic,
        partition=partition,
        offset=offset,
        detail={"cause": loss.cause},
    )


def _doubles(history: History, doubled: list[Doubled]) -> list[Anomaly]:
    by_cause: dict[str, list[Doubled]] = {}
    for each in sorted(doubled, key=lambda each: (each.sent_ms, each.id)):
        by_cause.setdefault(each.cause, []).append(each)
    return [
        Anomaly(
            "copy-doubled",
            cause,
            len(rows),
            f"{how_many(len(rows), 'input record')} with more than one copy",
            tuple(_double_shown(history, each) for each in some(rows)),
        )
        for cause, rows in by_cause.items()
    ]


def _double_shown(history: History, each: Doubled) -> Evidence:
    shown = ", ".join(f"{partition_at(place)}/{offset_at(place)}" for place in each.places[:LIMIT])
    told = f"input record {each.id} has {len(each.places)} copies in the output, at {shown}"
    known = each.sent_ms != NEVER_SEEN
    return Evidence(
        what=told + (f"; the last was sent at {seconds(each.sent_ms)}" if known else ""),
        t_ms=each.sent_ms if known else None,
        id=each.id,
        topic=history.terms.topic,
        partition=partition_at(each.places[-1]),
        offset=offset_at(each.places[-1]),
        detail={"cause": each.cause, "transactions": list(each.outcomes)},
    )


def _altered(history: History, reads: CommittedReads) -> list[Anomaly]:
    if not reads.altered:
        return []
    rows = [
        Evidence(
            f"the copy at partition {partition_at(place)}, offset {offset_at(place)} of the "
            "output is not what the input record makes",
            reads.read_ms,
            topic=history.terms.topic,
            partition=partition_at(place),
            offset=offset_at(place),
        )
        for place in some(sorted(reads.altered))
    ]
    many = len(reads.altered)
    summary = f"{how_many(many, 'record')} of the output with another value than asked for"
    return [Anomaly("copy-altered", "other-value", many, summary, tuple(rows))]
