"""The keys by which a fault names whom it hits, asked of the cluster at that moment."""

from __future__ import annotations

from typing import Any

from judge.fields import Fields

TARGETS = ("leader", "follower", "controller", "group_coordinator", "txn_coordinator")
"""Whom a fault hits, asked of the cluster at the moment of the fault."""


def target_options(row: Fields) -> dict[str, Any]:
    """`target` and what it is of: a partition, a group or a transactional id."""
    options: dict[str, Any] = {"target": row.text("target", "leader", one_of=TARGETS)}
    if options["target"] in ("leader", "follower"):
        return {**options, "topic": row.text("topic", ""), "partition": row.whole("partition", 0)}
    if options["target"] != "controller":
        options["of"] = row.text("of")
    return options
