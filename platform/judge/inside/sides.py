"""Finds the nodes on one side of a cut by their roles, asked of the cluster at that moment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from judge.errors import JudgeError
from judge.inside.run_state import RunState
from judge.inside.targets import find_target


def find_sides(run: RunState, options: Mapping[str, Any]) -> tuple[tuple[int, ...], ...]:
    """The nodes that `from` and `to` name, dead ones left out; see `judge.network_fault_options`.

    Raises JudgeError `no-such-target` when a side has nobody.
    """
    first = _named(run, options["from"], options, other=())
    second = _named(run, options["to"], options, other=first)
    return first, second


def _named(
    run: RunState, names: Sequence[str], options: Mapping[str, Any], other: Sequence[int]
) -> tuple[int, ...]:
    live = set(run.stage.brokers.live_node_ids)
    found: set[int] = set()
    for name in names:
        found |= _having(run, name, options, live, set(other)) & live
    if not found:
        raise JudgeError("no-such-target", f"{' and '.join(names)}: no live node is that")
    return tuple(sorted(found))


def _having(
    run: RunState, name: str, options: Mapping[str, Any], live: set[int], other: set[int]
) -> set[int]:
    if name.isdigit():
        return {int(name)}
    if name == "all":
        return live
    if name == "others":
        return live - other
    if name == "controllers":
        return set(run.stage.brokers.shape.voter_ids)
    if name == "followers":
        return set(run.replicas(options["partition"])) - {_one(run, "leader", options)}
    return {_one(run, name, options)}


def _one(run: RunState, name: str, options: Mapping[str, Any]) -> int:
    return find_target(run, {**options, "target": name})
