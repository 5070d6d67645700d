"""What docs/labs.md and docs/cli.md promise is what the engine reads and prints."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest

from judge.alert_rules import KEYS, SEVERITIES
from judge.alerts_asked import ASKED
from judge.checkers import PROMISES
from judge.lab import CLIENTS, LEVELS, ProgramLimits
from judge.lab_stages import STAGE_NAMES
from judge.metrics import METRICS
from judge.scenario import CANARIES, ISOLATIONS, WORKLOADS
from judge.step_keys import BLAMES, CONDITIONS, STEP_KEYS
from judge.verdict import Evidence, Report, Verdict

DOCS = Path(__file__).parents[2] / "docs"
LABS = (DOCS / "labs.md").read_text(encoding="utf-8")
CLI = (DOCS / "cli.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "word",
    [
        *STEP_KEYS,
        *CONDITIONS,
        *WORKLOADS,
        *CANARIES,
        *ISOLATIONS,
        *BLAMES,
        *PROMISES,
        *STAGE_NAMES,
        *LEVELS,
        *CLIENTS,
        *KEYS,
        *SEVERITIES,
        *ASKED,
        *(field.name for field in fields(ProgramLimits)),
    ],
)
def test_labs_md_names_every_word_an_author_may_use(word):
    assert f"`{word}`" in LABS


@pytest.mark.parametrize("field", fields(ProgramLimits), ids=lambda field: field.name)
def test_labs_md_gives_the_limits_that_hold_when_left_out(field):
    assert re.search(rf"`{field.name}` \| {field.default} ", LABS)


@pytest.mark.parametrize("name", METRICS)
def test_labs_md_says_what_each_metric_means(name):
    assert f"\n| `{name}` | {METRICS[name].meaning} |\n" in LABS


def test_labs_md_lists_no_metric_that_is_none():
    table = LABS[LABS.index("| metric | meaning |") : LABS.index("Partitions are those of")]

    assert re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE) == list(METRICS)


def test_cli_md_names_every_key_of_the_report():
    report = Report(Verdict.PASS, "lab", "fix", 1)

    for key in report.to_dict():
        assert f"`{key}`" in CLI, key


def test_cli_md_names_every_key_of_the_evidence():
    for field in fields(Evidence):
        assert f"`{field.name}`" in CLI, field.name


@pytest.mark.parametrize(
    "command",
    [
        *("doctor", "check", "run", "verify", "replay"),
        *("bench start", "bench overhead", "bench concurrency"),
        *("bench checkers", "bench leftovers"),
    ],
)
def test_cli_md_names_every_command(command):
    assert f"`judge {command}" in CLI
