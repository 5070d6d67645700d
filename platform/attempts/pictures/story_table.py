"""The table behind the lanes: every band, change and count of the picture, in order of time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attempts.pictures import svg

FAULT_WORDS = {"hold_replication": "replication held", "kill_broker": "kill"}
"""Fault -> what a picture calls it; another one goes by its own name."""


def fault_words(fault: str) -> str:
    """What a picture calls this fault."""
    return FAULT_WORDS.get(fault, fault.replace("_", " "))


def story_table(story: Mapping[str, Any]) -> list[dict[str, str]]:
    """The rows: seconds, process, what, and the evidence for it."""
    rows = [*_table_lanes(story["lanes"]), *_table_faults(story), *_table_leaders(story)]
    if story["read_ms"] is not None:
        said = f"{story['readable']:,} orders read back"
        rows.append((story["read_ms"], "reader", said, "every log"))
    return [
        {"at": svg.seconds(t_ms), "who": who, "what": what, "source": source}
        for t_ms, who, what, source in sorted(rows, key=lambda row: row[0])
    ]


def _table_lanes(lanes: Mapping[str, Any]) -> list[tuple[float, str, str, str]]:
    kinds = {
        "acknowledged": ("acknowledged, and kept", "tap"),
        "lost": ("vouched for, then lost", "tap, logs"),
        "in_doubt": ("in doubt: no answer came", "tap"),
        "refused": ("refused by the program", "program"),
        "duplicates": ("there twice", "reader"),
    }
    rows = []
    for kind, (words, source) in kinds.items():
        counts = lanes[kind]
        first = next((index for index, count in enumerate(counts) if count), None)
        if first is not None:
            said = f"{sum(counts):,} {words}"
            rows.append((float(first * lanes["cell_ms"]), "program", said, source))
    return rows


def _table_faults(story: Mapping[str, Any]) -> list[tuple[float, str, str, str]]:
    rows = []
    for fault in story["faults"]:
        words = fault_words(fault["fault"])
        begun = fault["begun_ms"] if fault["proved_ms"] is None else fault["proved_ms"]
        if fault["held"]:
            end = fault["healed_ms"]
            until = f" until {svg.seconds(end)} s" if end is not None else ""
            rows.append((begun, "all brokers", f"{words}{until}", "counters"))
        else:
            rows.append((begun, f"broker {fault['broker']}", "killed", "process table"))
    return rows


def _table_leaders(story: Mapping[str, Any]) -> list[tuple[float, str, str, str]]:
    rows, last = [], object()
    for reign in story["leaders"]:
        if reign["leader"] == last:
            continue
        last = reign["leader"]
        who = f"broker {last}" if last is not None else "cluster"
        epoch = f", epoch {reign['epoch']}" if reign["epoch"] is not None else ""
        what = f"leads{epoch}" if last is not None else "nobody leads"
        rows.append((reign["from_ms"], who, what, "metadata"))
    return rows
