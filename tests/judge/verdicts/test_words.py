"""docs/verdicts.md names every gate, reason, check, cause and figure, in the code's own words."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import pytest

from histories.words import history, read, served, served_ids, sound_run
from judge.anomalies import BROKER_ACKNOWLEDGED, CAUSES
from judge.checkers import CHECKERS, PROMISES, lost_writes
from judge.gates import GATES
from judge.judging import CERTAIN, EXTRA_REASONS, judge_history

DOC = (Path(__file__).parents[3] / "docs" / "verdicts.md").read_text(encoding="utf-8")
SOURCES = Path(inspect.getfile(lost_writes)).parents[1]


@pytest.mark.parametrize("gate", GATES, ids=lambda gate: gate.reason)
def test_it_lists_the_gate_with_its_remedy(gate):
    row = rf"^\| {re.escape(gate.name)} \| `{gate.reason}`.* \| {re.escape(gate.remedy)} \|$"

    assert re.search(row, DOC, re.MULTILINE)


def test_it_lists_the_gates_in_the_order_they_are_asked():
    listed = re.findall(r"^\| ([a-z ]+) \| `[a-z-]+`", DOC, re.MULTILINE)

    assert listed[: len(GATES)] == [gate.name for gate in GATES]


@pytest.mark.parametrize("reason", EXTRA_REASONS)
def test_it_lists_the_reasons_that_come_from_no_gate(reason):
    assert f"| `{reason}` |" in DOC
    assert EXTRA_REASONS[reason] in DOC


@pytest.mark.parametrize(
    ("anomaly", "cause"), [(a, c) for a, causes in CAUSES.items() for c in causes]
)
def test_it_lists_the_cause_with_its_meaning(anomaly, cause):
    section = DOC[DOC.index(f"| `{anomaly}` |") :]

    assert f"| `{cause}` | {CAUSES[anomaly][cause]} |" in section


@pytest.mark.parametrize("name", CHECKERS)
def test_it_lists_the_check_with_its_options_and_what_they_are_when_left_out(name):
    row = next(line for line in DOC.splitlines() if line.startswith(f"| `{name}` |"))
    options = list(inspect.signature(CHECKERS[name]).parameters.values())[1:]

    assert all(f"`{option.name}` ({option.default})" in row for option in options)


def test_it_lists_every_figure():
    report = judge_history(history(sound_run(), served(), read(*served_ids(), offset=1000)))

    assert [name for name in report.figures if f"`{name}`" not in DOC] == []


def test_it_names_every_failure_that_stands_although_a_gate_does_not_hold():
    section = DOC[DOC.index("### What stands although a gate does not hold") :]

    assert all(f"`{cause}`" in section for cause in CERTAIN)


def test_a_lab_may_promise_what_there_is_a_checker_for():
    assert set(PROMISES) == set(CHECKERS)


def test_a_checker_names_only_causes_that_are_listed():
    known = {word for causes in CAUSES.values() for word in causes} | set(CAUSES)
    text = "".join(
        path.read_text(encoding="utf-8")
        for path in (*SOURCES.glob("checkers/*.py"), SOURCES / "fates.py")
    )
    used = set(re.findall(r'"([a-z]+(?:-[a-z]+)+)"', text))

    assert used - known <= {"start-failed"}
    assert set(BROKER_ACKNOWLEDGED) <= set(CAUSES["lost-write"])
