"""Holds a scenario against the rest of its lab: its files, its kind of client, its checkers."""

from __future__ import annotations

import inspect
from collections.abc import Sequence

from judge.checkers import CHECKERS
from judge.errors import LabError
from judge.scenario import Scenario

FILE = "scenario.toml"


def check_scenario(scenario: Scenario, editable: Sequence[str]) -> None:
    """Raises LabError for a settings file nobody edits, an unknown checker or option of one."""
    for key, named in (
        ("topic.settings_file", scenario.judged.settings_file),
        ("workload.settings_file", scenario.workload.settings_file),
    ):
        if named not in {"", *editable}:
            raise LabError(FILE, key, f"is {named!r}, which is not an editable file.")
    for check, options in scenario.checks.items():
        if check not in CHECKERS:
            known = ", ".join(CHECKERS)
            raise LabError(FILE, f"checks.{check}", "is no checker.", f"Known: {known}.")
        takes = [n for n in inspect.signature(CHECKERS[check]).parameters if n != "history"]
        for option in options:
            if option not in takes:
                raise LabError(
                    FILE,
                    f"checks.{check}.{option}",
                    "is no option of this checker.",
                    f"It takes: {', '.join(takes) or 'none'}.",
                )


def check_programs(scenario: Scenario, *, runs_program: bool, client: str) -> None:
    """Raises LabError where a program is to be started or fed, and the learner writes none."""
    if runs_program:
        return
    if scenario.workload.kind == "orders":
        raise LabError(
            FILE,
            "workload.kind",
            f'is "orders", which a program is handed, and client = "{client}" is none.',
            'Use "records", "blocks" or "none".',
        )
    for number, step in enumerate(scenario.steps):
        if step.do == "start_program":
            raise LabError(
                FILE,
                f"step[{number}].do",
                f'starts a program, and client = "{client}" is none.',
                "Remove the step.",
            )


def check_alerts(scenario: Scenario, *, takes_rules: bool, promises: Sequence[str]) -> None:
    """Raises LabError where alerts are asked for and nobody writes them, or the other way round."""
    asking = [n for n, step in enumerate(scenario.steps) if step.options.get("alert")]
    if asking and not takes_rules:
        key = f"step[{asking[0]}].alert"
        raise LabError(FILE, key, 'asks for alerts, which only client = "rules" writes.')
    if takes_rules and not asking:
        raise LabError(
            FILE,
            "step",
            'asks nothing of the alerts, and client = "rules" writes nothing else.',
            'Write alert = "page", "ticket" or "quiet" at a step that injects a fault.',
        )
    if takes_rules != ("alerts" in promises):
        rule = 'must name "alerts" where client = "rules", and nowhere else.'
        raise LabError("lab.toml", "stage.promises", rule)
