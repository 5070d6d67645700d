"""Finds input records of which a consumer of the output gets no copy, two, or a wrong one."""

from __future__ import annotations

from judge.acknowledgements import acknowledgements
from judge.checkers.evidence import how_many, seconds, some
from judge.committed_reads import CommittedReads, committed_reads
from judge.copies import CopyLoss, Uncopied, uncopied
from judge.group_commits import commits
from judge.index import BatchKey, History, offset_at, partition_at, sent_ms
from judge.transactions import outcomes
from judge.verdict import Anomaly, CheckResult, Evidence

NAME = "exactly_once_copy"


def check(history: History) -> CheckResult:
    """Read as read_committed, the output must hold exactly one copy of every input record.

    An input record is one that our own producer was told is in the input topic. One it was not
    told about may have a copy or not. `kept` is None when there is no input topic, when nobody
    read the output as read_committed, when the reading has a hole, and when a copy waits behind
    a transaction that is still open.
    """
    if not history.terms.input_topic:
        return CheckResult(NAME, None, "this run copies nothing")
    reads, inputs = committed_reads(history), history.filled
    missing = uncopied(history)
    doubled = sorted(i for i in reads.again if i in inputs)
    anomalies = [
        *_losses(history, missing.lost),
        *_doubles(history, reads, doubled),
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
    if missing.hidden:
        count = how_many(len(missing.hidden), "input record")
        return None, f"the committed copy of {count} waits behind an open transaction"
    return True, f"{how_many(len(history.filled), 'input record')}, one copy each"


_LOST = {
    "offsets-outside-the-transaction": "has no copy, and its offset was committed by itself",
    "committed-before-written": "has no copy, and its offset was committed",
    "aborted-only": "has copies in aborted transactions only",
    "never-committed": "has a copy in a transaction that was never committed",
    "written-then-gone": "had a copy on a log that did not survive",
    "not-copied": "was not copied by the end of the run",
}


_SUMMARIES = {
    "offsets-outside-the-transaction": "without a copy although the offset was committed",
    "committed-before-written": "without a copy although the offset was committed",
    "aborted-only": "with copies in aborted transactions only",
    "never-committed": "with copies in transactions that were never committed",
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


def _doubles(history: History, reads: CommittedReads, doubled: list[str]) -> list[Anomaly]:
    places = history.places_of(set(doubled))
    by_cause: dict[str, list[Evidence]] = {}
    for order_id in doubled:
        spots = sorted({reads.first[order_id], *reads.again[order_id]})
        batches = _batches_at(history, spots, places.get(order_id, []))
        cause = _doubled_cause(history, batches)
        shown = _double_shown(history, order_id, spots, batches, cause)
        by_cause.setdefault(cause, []).append(shown)
    for rows in by_cause.values():
        rows.sort(key=lambda row: (row.t_ms or 0.0, row.id or ""))
    return [
        Anomaly(
            "copy-doubled",
            cause,
            len(rows),
            f"{how_many(len(rows), 'input record')} with more than one copy",
            tuple(some(rows)),
        )
        for cause, rows in by_cause.items()
    ]


def _batches_at(
    history: History, spots: list[int], found: list[tuple[BatchKey, int]]
) -> list[BatchKey]:
    """The stored batch of each place that the reader found a copy at, as far as logs tell."""
    batches: list[BatchKey] = []
    for place in spots:
        around = {
            key
            for key, _ in found
            if key[0] == partition_at(place)
            and 0 <= offset_at(place) - key[1] < history.counts.get(key, len(history.ids[key]))
        }
        # Where logs parted, the one that the reader read is on a broker that lives.
        gone = history.gone_brokers
        living = {k for k in around if any(broker not in gone for broker, _ in history.copies[k])}
        batches += sorted(living or around)[:1]
    return batches


def _doubled_cause(history: History, batches: list[BatchKey]) -> str:
    """The earliest thing that let it happen: one write of both, no transaction, its offsets."""
    if len(set(batches)) < len(batches) or not batches:
        return "written-twice"
    ended = outcomes(history)
    if any(key not in ended for key in batches):
        return "not-transactional"
    inside = any(commit.in_transaction for rows in commits(history).values() for commit in rows)
    return "written-twice" if inside else "offsets-outside-the-transaction"


def _double_shown(
    history: History, order_id: str, spots: list[int], batches: list[BatchKey], cause: str
) -> Evidence:
    by_batch = acknowledgements(history).by_batch
    tries = [op for key in batches for op in by_batch.get(key, [])]
    last = max(tries, key=lambda op: op.t_ms, default=None)
    offsets = [(partition_at(place), offset_at(place)) for place in spots]
    shown = ", ".join(f"{partition}/{offset}" for partition, offset in offsets[:8])
    told = [f"input record {order_id} has {len(offsets)} copies in the output, at {shown}"]
    if last is not None:
        told.append(f"the last was sent at {seconds(sent_ms(last))}")
    return Evidence(
        what="; ".join(told),
        t_ms=sent_ms(last) if last else None,
        id=order_id,
        topic=history.terms.topic,
        partition=offsets[-1][0],
        offset=offsets[-1][1],
        detail={"cause": cause, "transactions": [outcomes(history).get(k, "") for k in batches]},
    )


def _altered(history: History, reads: CommittedReads) -> list[Anomaly]:
    if not reads.altered:
        return []
    rows = [
        Evidence(
            f"the copy at partition {partition_at(place)}, offset {offset_at(place)} of the "
            "output is not what the input record makes",
            topic=history.terms.topic,
            partition=partition_at(place),
            offset=offset_at(place),
        )
        for place in some(sorted(reads.altered))
    ]
    many = len(reads.altered)
    summary = f"{how_many(many, 'record')} of the output with another value than asked for"
    return [Anomaly("copy-altered", "other-value", many, summary, tuple(rows))]
