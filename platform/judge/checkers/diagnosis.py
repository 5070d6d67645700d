"""Finds what an investigator missed, whom he accused wrongly, and what he misplaced."""

from __future__ import annotations

from judge.checkers.evidence import choose, how_many
from judge.index import History, offset_at
from judge.verdict import Anomaly, CheckResult, Evidence

NAME = "diagnosis"


def check(history: History) -> CheckResult:
    """The program must name exactly the records that were stored for us and are gone.

    Each with the offset and the leader epoch at which it was stored. `kept` is None where the lab
    does not ask, where the topic was not read back, and where nothing is gone: then there was
    nothing to find, and the fault is to blame.
    """
    if NAME not in history.terms.promises:
        return CheckResult(NAME, None, "nobody was asked what is gone")
    if not history.read_ends or history.terms.input_topic:
        return CheckResult(NAME, None, "the topic was not read back")
    truth = {i: place for i, place in history.filled.items() if i not in history.first_read}
    if not truth:
        return CheckResult(NAME, None, "nothing is gone, so there was nothing to find")
    said = {op.id: op for op in history.rare_ops("program", "finding") if op.id is not None}
    missed = sorted(truth.keys() - said.keys(), key=lambda i: truth[i])
    accused = sorted(said.keys() - truth.keys())
    epochs = _epochs(history, set(truth))
    misplaced = sorted(
        i
        for i in truth.keys() & said.keys()
        if said[i].offset != offset_at(truth[i]) or (i in epochs and said[i].epoch not in epochs[i])
    )
    figures = {
        "gone": len(truth),
        "named": len(said),
        "missed": len(missed),
        "accused": len(accused),
        "misplaced": len(misplaced),
    }
    rows = (
        ("missed", missed, "is gone and was not named"),
        ("wrongly-accused", accused, "was named and is not gone"),
        ("misplaced", misplaced, "was named with another offset or leader epoch"),
    )
    over_ms = history.exit.t_ms if history.exit else history.end_ms
    told_ms = {i: op.t_ms for i, op in said.items()}
    anomalies = tuple(
        _anomaly(history, cause, [(i, told_ms.get(i, over_ms)) for i in ids], what, truth)
        for cause, ids, what in rows
        if ids
    )
    if anomalies:
        summary = "; ".join(anomaly.summary for anomaly in anomalies)
        return CheckResult(NAME, False, summary, anomalies, figures)
    return CheckResult(NAME, True, f"all {len(truth):,} were named, and nothing else", (), figures)


def _epochs(history: History, ids: set[str]) -> dict[str, set[int]]:
    """In which leader epochs each of `ids` was stored, by the logs that still show it."""
    found: dict[str, set[int]] = {}
    for order_id, places in history.places_of(ids).items():
        for key, _ in places:
            found.setdefault(order_id, set()).update(epoch for _, epoch in history.copies[key])
    return found


def _anomaly(
    history: History, cause: str, told: list[tuple[str, float]], what: str, truth: dict[str, int]
) -> Anomaly:
    """`told`: ids, and when each was named; one that never was, when the program was over.

    So a crash that ended the search comes before what the search did not find.
    """
    # By their offsets, so that the first are those that were lost first.
    evidence = tuple(
        Evidence(
            f"record {i} {what}",
            t_ms,
            i,
            topic=history.terms.topic,
            offset=offset_at(truth[i]) if i in truth else None,
        )
        for i, t_ms in choose(told, lambda _row: 0.0)
    )
    summary = f"{how_many(len(told), 'record')} {_SUMMARIES[cause]}"
    return Anomaly("wrong-diagnosis", cause, len(told), summary, evidence)


_SUMMARIES = {
    "missed": "gone and not named",
    "wrongly-accused": "named and not gone",
    "misplaced": "named with another offset or leader epoch",
}
