"""Finds means that solve a problem by giving away what the topic had promised."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from judge.acknowledgements import is_acknowledged
from judge.blocks import CANDIDATE, blocks
from judge.checkers.asked import asked
from judge.checkers.effective_config import missing_topic
from judge.checkers.evidence import how_many, seconds, some
from judge.history import Op
from judge.index import History, acks_of, partition_of, sent_ms
from judge.unclean import unclean_elections
from judge.verdict import Anomaly, CheckResult, Evidence

NAME = "forbidden_means"

_FLOOR = "min.insync.replicas"


def check(history: History, *, allowed: Sequence[str] = ()) -> CheckResult:
    """Nothing may be bought by an unclean election, a lower floor, fewer acks, or deletion.

    An election that the scenario itself forces is not the learner's. `kept` is None where the
    lab does not ask.

    Options:
        allowed: causes that are no offence here, such as `acks-lowered`.
    """
    if not asked(history, NAME, "forbidden-means"):
        return CheckResult(NAME, None, "the lab forbids no means")
    found = {
        "unclean-election": _unclean(history),
        "min-isr-lowered": _floor_lowered(history),
        "topic-deleted": _topic_deleted(history),
        "records-deleted": _by_command(history, _DELETE_RECORDS, "records were deleted"),
        "acks-lowered": _acks_lowered(history),
    }
    anomalies = tuple(
        Anomaly("forbidden-means", cause, len(rows), _SUMMARIES[cause], _chosen(rows))
        for cause, rows in found.items()
        if rows and cause not in allowed
    )
    if anomalies:
        said = "; ".join(anomaly.summary for anomaly in anomalies)
        return CheckResult(NAME, False, said, anomalies)
    return CheckResult(NAME, True, "no forbidden means was used")


_SUMMARIES = {
    "unclean-election": "a replica that was not in sync was made leader",
    "min-isr-lowered": "the floor of in-sync replicas was lowered and not restored",
    "topic-deleted": "the topic was deleted",
    "records-deleted": "records of the topic were deleted",
    "acks-lowered": "records were sent without waiting for the in-sync replicas",
}


def _chosen(rows: list[Evidence]) -> tuple[Evidence, ...]:
    return tuple(some(rows))


def _unclean(history: History) -> list[Evidence]:
    return [
        Evidence(
            f"broker {each.op.broker} was made leader of {each.op.topic}-{partition_of(each.op)} "
            f"at {seconds(each.op.t_ms)}; in sync or eligible were {list(each.clean)}",
            each.op.t_ms,
            broker=each.op.broker,
            topic=each.op.topic,
            partition=partition_of(each.op),
            leader_epoch=each.op.epoch,
        )
        for each in unclean_elections(history, history.terms.topic)
        if not each.ours
    ]


def _floor_lowered(history: History) -> list[Evidence]:
    """The topic's floor, and the brokers' default of it, from the beginning to the end.

    Where nobody asked at the beginning, the topic's is the one that it was made with.
    """
    rows: list[Evidence] = []
    first: dict[int | None, Op] = {}
    last: dict[int | None, Op] = {}
    for op in history.rare_ops("metadata", "config"):
        if op.type != "info" or op.topic not in (None, history.terms.topic):
            continue
        when = (op.detail or {}).get("_when", "end")
        if when in ("begin", "end"):
            (first if when == "begin" else last)[op.broker] = op
    made_with = (history.terms.settings.get("topic") or {}).get(_FLOOR)
    for broker, op in last.items():
        begun = first[broker].detail if broker in first else {}
        before, after = _floor((begun or {}).get(_FLOOR)), _floor((op.detail or {}).get(_FLOOR))
        if before is None and broker is None:
            before = _floor(made_with)
        if before is not None and after is not None and after < before:
            who = history.terms.topic if broker is None else f"broker {broker}"
            told = f"{who} has {_FLOOR}={after} at the end; it was {before} at the beginning"
            rows.append(Evidence(told, op.t_ms, broker=broker, topic=op.topic))
    return sorted(rows, key=lambda row: row.what)


def _floor(value: object) -> int | None:
    return int(value) if isinstance(value, str) and value.isdigit() else None


_DELETE_TOPIC = re.compile(r"kafka-topics(\.sh)?\b.*--delete(\s|$)")
_DELETE_RECORDS = re.compile(r"kafka-delete-records(\.sh)?\b")


def _topic_deleted(history: History) -> list[Evidence]:
    topic = history.terms.topic
    rows = [
        row for row in _by_command(history, _DELETE_TOPIC, "a topic was deleted")
        if re.search(rf"(^|[\s=,'\"]){re.escape(topic)}($|[\s,'\"])", str(row.detail["line"]))
    ]  # fmt: skip
    rows += [
        Evidence(f"topic {topic} was deleted at {seconds(op.t_ms)}", op.t_ms, topic=topic)
        for op in history.rare_ops("metadata", "topic")
        if op.topic == topic and (op.detail or {}).get("change") == "deleted"
    ]
    gone = missing_topic(history, topic)
    if gone is not None:
        rows.append(Evidence(f"topic {topic} does not exist at the end", gone.t_ms, topic=topic))
    return rows


def _by_command(history: History, pattern: re.Pattern[str], did: str) -> list[Evidence]:
    rows = []
    for op in history.rare_ops("cli", "command"):
        line = str((op.detail or {}).get("line", ""))
        if op.type == "ok" and pattern.search(line):
            told = f"{did} at {seconds(op.t_ms)}: {line[:200]}"
            rows.append(Evidence(told, op.t_ms, detail={"line": line[:400]}))
    return rows


def _load_with_fewer_acks(history: History) -> list[Evidence]:
    """Blocks of our own load that the learner's settings told not to wait."""
    found = []
    for op in blocks(history, CANDIDATE):
        told = (op.detail or {}).get("settings") or {}
        acks = told.get("acks", told.get("request.required.acks", "all"))
        if acks in ("0", "1"):
            found.append(Evidence(f"a block of our load was sent with acks={acks}", op.t_ms))
    return found


def _acks_lowered(history: History) -> list[Evidence]:
    sent: Iterable[Op] = history.appends
    low = sorted((op for op in sent if acks_of(op) in (0, 1)), key=sent_ms)
    return _load_with_fewer_acks(history) + [
        Evidence(
            f"a batch of {how_many(op.count or 0, 'record')} was sent with acks={acks_of(op)} "
            f"at {seconds(sent_ms(op))}"
            + (f" and stored at offset {op.offset}" if is_acknowledged(op) else ""),
            sent_ms(op),
            broker=op.broker,
            topic=op.topic,
            partition=partition_of(op),
            offset=op.offset,
        )
        for op in low
    ]
