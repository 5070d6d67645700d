"""A scenario: what is handed to the program, what is done to the cluster, and when."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from judge.fields import Fields, read_fields

FAULTS = ("hold_replication", "kill_broker")
CONDITIONS = (
    "orders_answered",
    "orders_handed",
    "isr_is_leader_alone",
    "partition_led",
    "served_again",
    "followers_behind",
)
TARGETS = ("leader",)
BLAMES = ("judge", "program")


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the timeline; the next begins when this one's condition holds.

    `do` names the verb; `options` are its own keys, already checked.
    """

    do: str
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Scenario:
    """A checked scenario.toml.

    topic, settings_file: the topic the program writes to; its settings are the learner's file.
    orders_per_s, customers: the open-loop workload; keys are customers.
    shape: broker settings that differ from the small-machine ones.
    accept_again_within_ms: how soon after the heal orders must be accepted again.
    """

    topic: str
    settings_file: str
    orders_per_s: float
    customers: int
    accept_again_within_ms: int
    shape: Mapping[str, str]
    steps: tuple[Step, ...]

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON types, as sent to the sandbox."""
        return asdict(self)


def scenario_from_dict(row: Mapping[str, Any]) -> Scenario:
    """The scenario that `Scenario.to_dict` wrote."""
    steps = tuple(Step(step["do"], step["options"]) for step in row["steps"])
    return Scenario(**{**row, "steps": steps})


def read_scenario(folder: Path) -> Scenario:
    """Read and check `folder/scenario.toml`. Raises LabError."""
    top = read_fields(folder, "scenario.toml")
    topic, workload, promise = top.table("topic"), top.table("workload"), top.table("promise")
    scenario = Scenario(
        topic=topic.text("name"),
        settings_file=topic.text("settings_file"),
        orders_per_s=workload.number("orders_per_s"),
        customers=workload.whole("customers", 40, at_least=1),
        accept_again_within_ms=promise.whole("accept_again_within_ms", 8000, at_least=1),
        shape=top.table("broker_settings").strings(),
        steps=tuple(_step(row) for row in top.tables("step")),
    )
    for table in (topic, workload, promise, top):
        table.done()
    return scenario


def _step(row: Fields) -> Step:
    do = row.text("do", one_of=tuple(_STEPS))
    options = _STEPS[do](row)
    row.done()
    return Step(do, options)


def _wait(row: Fields) -> dict[str, Any]:
    options: dict[str, Any] = {
        "for": row.text("for", one_of=CONDITIONS),
        "timeout_s": row.number("timeout_s"),
        "blame": row.text("blame", "judge", one_of=BLAMES),
    }
    if options["for"].startswith("orders_"):
        options["more"] = row.whole("more", at_least=1)
    return options


def _inject(row: Fields) -> dict[str, Any]:
    return {
        "fault": row.text("fault", one_of=FAULTS),
        "target": row.text("target", "leader", one_of=TARGETS),
        "text": row.text("text", ""),
    }


def _heal(row: Fields) -> dict[str, Any]:
    return {"fault": row.text("fault", one_of=FAULTS)}


def _elect(row: Fields) -> dict[str, Any]:
    return {"after_s": row.number("after_s")}


def _finish(row: Fields) -> dict[str, Any]:
    return {"timeout_s": row.number("timeout_s")}


def _nothing(_row: Fields) -> dict[str, Any]:
    return {}


_STEPS: Mapping[str, Callable[[Fields], dict[str, Any]]] = {
    "start_program": _nothing,
    "start_orders": _nothing,
    "wait": _wait,
    "inject": _inject,
    "heal": _heal,
    "elect_if_leaderless": _elect,
    "finish_program": _finish,
    "read_back": _nothing,
}
"""Verb → the function that reads its keys. docs/labs.md lists them."""
