"""The keys of every fault that a scenario may inject, read and checked before anything starts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from judge.fields import Fields

TARGETS = ("leader", "follower", "controller", "group_coordinator", "txn_coordinator")
"""Whom a fault hits, asked of the cluster at the moment of the fault."""

Options = dict[str, Any]
ReadOptions = Callable[[Fields], Options]


def target_options(row: Fields) -> Options:
    """`target` and what it is of: a partition, a group or a transactional id."""
    options: Options = {"target": row.text("target", "leader", one_of=TARGETS)}
    if options["target"] in ("leader", "follower"):
        return {**options, "topic": row.text("topic", ""), "partition": row.whole("partition", 0)}
    if options["target"] != "controller":
        options["of"] = row.text("of")
    return options


def no_options(_row: Fields) -> Options:
    """A fault that has nothing to set."""
    return {}


FAULT_OPTIONS: Mapping[str, ReadOptions] = {
    "hold_replication": no_options,
    "kill_broker": target_options,
}
"""Fault → the function that reads its keys. docs/faults.md lists them with mechanism and proof."""

FAULTS = tuple(FAULT_OPTIONS)
