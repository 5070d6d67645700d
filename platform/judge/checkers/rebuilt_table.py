"""Finds keys for which a table rebuilt from the topic has a wrong value, or a deleted one."""

from __future__ import annotations

from judge.checkers.evidence import how_many, some
from judge.index import History, offset_at, partition_at
from judge.tables import Tables, tables, tells_keys
from judge.verdict import Anomaly, CheckResult, Evidence

NAME = "rebuilt_table"


def check(history: History, *, tombstones_gone: bool = False) -> CheckResult:
    """Read from its beginning, the topic must give each key its last value, and no deleted one.

    What was put last is what our own producer was told is stored; a key with an order in doubt
    is not judged. `kept` is None where nobody read the keys, or nothing was put.

    Options:
        tombstones_gone: whether the cleaner must have removed the tombstones, too.
    """
    if not tells_keys(history):
        return CheckResult(NAME, None, "the topic was not read with its keys")
    found = tables(history)
    judged = sorted(found.expected.keys() - found.doubtful)
    if not judged:
        return CheckResult(NAME, None, "no key is known to be in the table")
    by_cause: dict[str, list[Evidence]] = {}
    for key in judged:
        cause = _cause(found, key, tombstones_gone)
        if cause:
            by_cause.setdefault(cause, []).append(_shown(history, found, key, cause))
    figures: dict[str, float | int | str] = {
        "keys": len(judged),
        "wrong_keys": sum(map(len, by_cause.values())),
    }
    if not by_cause:
        said = f"{how_many(len(judged), 'key')}, each with its last value"
        return CheckResult(NAME, True, said, (), figures)
    anomalies = tuple(
        Anomaly(
            "wrong-table",
            cause,
            len(rows),
            f"{how_many(len(rows), 'key')} {_SUMMARIES[cause]}",
            tuple(some(rows)),
        )
        for cause, rows in by_cause.items()
    )
    said = "; ".join(anomaly.summary for anomaly in anomalies)
    return CheckResult(NAME, False, said, anomalies, figures)


_SUMMARIES = {
    "stale-value": "with another value than the last",
    "missing-key": "of which no value is left",
    "deleted-key-alive": "deleted, and still with a value",
    "tombstone-left": "of which the tombstone is still there",
}


def _cause(found: Tables, key: str, tombstones_gone: bool) -> str | None:
    wanted, there = found.expected[key], found.rebuilt.get(key)
    if wanted is None:
        if there is not None:
            return "deleted-key-alive"
        return "tombstone-left" if tombstones_gone and key in found.left else None
    if there is None:
        return "missing-key"
    return None if there == wanted else "stale-value"


def _shown(history: History, found: Tables, key: str, cause: str) -> Evidence:
    place = found.expected_at[key]
    wanted, there = found.expected[key], found.rebuilt.get(key)
    last = "its deletion" if wanted is None else f"record {wanted}"
    is_there = "nothing" if there is None else f"record {there}"
    return Evidence(
        f"key {key}: last put was {last}, at partition {partition_at(place)}, offset "
        f"{offset_at(place)}; the rebuilt table has {is_there}",
        history.read_ms,
        wanted or there,
        topic=history.terms.topic,
        partition=partition_at(place),
        offset=offset_at(place),
        detail={"cause": cause},
    )
