"""A scenario: the cluster, the load, what is done to them and when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from judge.fault_options import is_blow
from judge.fields import Fields, read_fields
from judge.step_keys import STEP_KEYS
from judge.terms import READ_COMMITTED, READ_UNCOMMITTED

WORKLOADS = ("orders", "records", "blocks", "none")
"""How orders reach the program: on its standard input, or in a topic that we fill. Or there is no
program, and our own load is measured with the learner's settings; or there is no load."""

CANARIES = ("bad", "good")
ISOLATIONS = (READ_UNCOMMITTED, READ_COMMITTED)


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the timeline; the next begins when this one's condition holds.

    `do` names the verb; `options` are its own keys, already checked.
    """

    do: str
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TopicSpec:
    """A topic that the scenario makes; every partition has a replica on each of three brokers.

    settings_file: the learner's file with its settings; "" when they are the author's `settings`.
    """

    name: str
    partitions: int = 1
    settings_file: str = ""
    settings: Mapping[str, str] = field(default_factory=dict)

    @property
    def places(self) -> list[tuple[str, int]]:
        """Its partitions, each as (topic, number)."""
        return [(self.name, number) for number in range(self.partitions)]


@dataclass(frozen=True, slots=True)
class Workload:
    """Our load.

    total: how many orders in all; 0 goes on until the program is finished.
    settings_file: the learner's file with the settings of our producer, for `blocks`.
    acks: what our producer waits for, for `records`: `all`, or `1` where it is to lose some.
    """

    kind: str = "orders"
    orders_per_s: float = 100.0
    customers: int = 40
    total: int = 0
    settings_file: str = ""
    acks: str = "all"


@dataclass(frozen=True, slots=True)
class Cluster:
    """The shape of the cluster; `controllers` 0 means that every broker is a controller too."""

    brokers: int = 3
    controllers: int = 0
    data_mb: int = 128
    settings: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Scenario:
    """A checked scenario.toml.

    judged: the one topic that is judged. source: the topic a copying program reads, which we
    fill in its place. group: the consumer group that is watched, "" for none.
    canaries: which of our own producers run beside, see `CANARIES`.
    isolation: how the judged topic is read back. checks: checker → its options.
    """

    judged: TopicSpec
    workload: Workload = Workload()
    cluster: Cluster = Cluster()
    source: TopicSpec | None = None
    group: str = ""
    isolation: str = READ_UNCOMMITTED
    canaries: tuple[str, ...] = CANARIES
    checks: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    steps: tuple[Step, ...] = ()

    @property
    def topic(self) -> str:
        """The name of the judged topic."""
        return self.judged.name

    @property
    def filled(self) -> TopicSpec:
        """The topic that our own load goes to, when its kind is `records`."""
        return self.source or self.judged

    @property
    def certain_faults(self) -> tuple[str, ...]:
        """The faults that every run must show; an optional one depends on the program."""
        injected = (step.options for step in self.steps if step.do == "inject")
        return tuple(options["fault"] for options in injected if not options["optional"])

    @property
    def settings_watched(self) -> bool:
        """Whether a checker asks which settings were in force at the end."""
        asked = any(step.options.get("alert") for step in self.steps)
        return asked or bool({"effective_config", "forbidden_means"} & self.checks.keys())

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON types, as sent to the sandbox."""
        return asdict(self)


def scenario_from_dict(row: Mapping[str, Any]) -> Scenario:
    """The scenario that `Scenario.to_dict` wrote."""
    return Scenario(
        **{
            **row,
            "judged": TopicSpec(**row["judged"]),
            "workload": Workload(**row["workload"]),
            "cluster": Cluster(**row["cluster"]),
            "source": TopicSpec(**row["source"]) if row["source"] else None,
            "canaries": tuple(row["canaries"]),
            "steps": tuple(Step(step["do"], step["options"]) for step in row["steps"]),
        }
    )


def read_scenario(folder: Path) -> Scenario:
    """Read and check `folder/scenario.toml`. Raises LabError."""
    top = read_fields(folder, "scenario.toml")
    topic, source = top.table("topic"), top.table("source")
    scenario = Scenario(
        judged=_topic(topic),
        workload=_workload(top.table("workload")),
        cluster=_cluster(top),
        source=_topic(source) if top.has("source") else None,
        group=top.text("group", ""),
        isolation=top.text("isolation", READ_UNCOMMITTED, one_of=ISOLATIONS),
        canaries=_canaries(top),
        checks=_checks(top.table("checks")),
        steps=tuple(_step(row) for row in top.tables("step")),
    )
    top.done()
    _refuse_contradictions(top, scenario)
    _refuse_late_heals(top, scenario)
    return scenario


def _topic(row: Fields) -> TopicSpec:
    found = TopicSpec(
        name=row.text("name"),
        partitions=row.whole("partitions", 1, at_least=1),
        settings_file=row.text("settings_file", ""),
        settings=row.table("settings").strings(),
    )
    row.done()
    return found


def _workload(row: Fields) -> Workload:
    usual = Workload()
    found = Workload(
        kind=row.text("kind", usual.kind, one_of=WORKLOADS),
        orders_per_s=row.number("orders_per_s", usual.orders_per_s),
        customers=row.whole("customers", usual.customers, at_least=1),
        total=row.whole("total", 0),
        settings_file=row.text("settings_file", ""),
        acks=row.text("acks", usual.acks, one_of=("all", "1")),
    )
    row.done()
    return found


def _cluster(top: Fields) -> Cluster:
    row, usual = top.table("cluster"), Cluster()
    found = Cluster(
        brokers=row.whole("brokers", usual.brokers, at_least=1),
        controllers=row.whole("controllers", usual.controllers),
        data_mb=row.whole("data_mb", usual.data_mb, at_least=16),
        settings=top.table("broker_settings").strings(),
    )
    row.done()
    return found


def _canaries(top: Fields) -> tuple[str, ...]:
    wanted = top.texts("canaries", CANARIES)
    if odd := [name for name in wanted if name not in CANARIES]:
        raise top.wrong("canaries", f"names {odd[0]!r}.", f"Known: {', '.join(CANARIES)}.")
    return wanted


def _checks(table: Fields) -> dict[str, dict[str, Any]]:
    return {name: table.table(name).values() for name in table.names()}


def _step(row: Fields) -> Step:
    do = row.text("do", one_of=tuple(STEP_KEYS))
    options = STEP_KEYS[do](row)
    row.done()
    return Step(do, options)


def _refuse_late_heals(top: Fields, scenario: Scenario) -> None:
    """A program that ends well before the heal would look as if it had left its orders."""
    if scenario.workload.kind != "orders":
        return
    held: dict[str, int] = {}
    for number, step in enumerate(scenario.steps):
        if step.do == "inject" and not is_blow(step.options["fault"]):
            held[step.options["as"]] = number
        elif step.do == "heal":
            held.pop(step.options["fault"], None)
        elif step.do == "finish_program" and step.options["by"] == "input" and held:
            known_as, number = next(iter(held.items()))
            raise top.wrong(
                f"step[{number}].fault",
                f"leaves {known_as!r} unhealed when the program is to finish.",
                'Write a step do = "heal" before finish_program.',
            )


def _refuse_contradictions(top: Fields, scenario: Scenario) -> None:
    """What each key allows by itself and the whole does not."""
    if scenario.source is not None and scenario.workload.kind != "records":
        raise top.wrong("source", 'needs [workload] kind = "records": nobody fills it otherwise.')
    if (scenario.workload.kind == "blocks") != bool(scenario.workload.settings_file):
        raise top.wrong("workload.settings_file", 'belongs to kind = "blocks", and only there.')
    injected = {step.options["as"] for step in scenario.steps if step.do == "inject"}
    for number, step in enumerate(scenario.steps):
        named = step.options.get("fault") if step.do in ("heal", "wait") else None
        if named is not None and named not in injected:
            raise top.wrong(f"step[{number}].fault", f"is {named!r}, which no step injects.")
