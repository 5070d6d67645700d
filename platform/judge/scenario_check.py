"""Holds a scenario against the rest of its lab: its files, and the checkers it sets options of."""

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
