"""The solutions a lab proves itself with, and what each must come to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from judge.anomalies import CAUSES
from judge.errors import LabError
from judge.fields import Fields, read_fields
from judge.job import RUN_STAGES
from judge.lab import Lab
from judge.nearest import did_you_mean
from judge.verdict import Report, Verdict

NOT_REPRODUCED = "not-reproduced"
"""The one cause without an anomaly: what the stage asks for did not happen."""

LEAST_WRONG = 4
"""How many known-wrong solutions a lab needs before its checks can be believed."""


@dataclass(frozen=True, slots=True)
class Expected:
    """A declared verdict. For a FAIL the anomaly and its cause are declared as well."""

    verdict: str
    anomaly: str = ""
    cause: str = ""

    def __str__(self) -> str:
        return " ".join(word for word in (self.verdict, self.anomaly, self.cause) if word)


@dataclass(frozen=True, slots=True)
class Solution:
    """One folder under solutions/: its own files and what every stage must say of them."""

    name: str
    files: Mapping[str, bytes]
    expected: Mapping[str, Expected]


def outcome_of(report: Report) -> Expected:
    """What a report came to, in the words of expected.toml."""
    if report.verdict is Verdict.FAIL:
        first = report.anomalies[0] if report.anomalies else None
        named = first.name if first and first.cause == report.reason else ""
        return Expected("FAIL", named, report.reason or "")
    if report.verdict is Verdict.PASS:
        return Expected("PASS")
    return Expected(report.verdict.value, cause=report.reason or "")


def load_solutions(lab: Lab) -> list[Solution]:
    """Every solution of `lab`, in order of name.

    Raises LabError for a broken expected.toml, an unknown file, no passing fix, or too few
    known-wrong ones.
    """
    solutions = [
        _load(lab, path.parent) for path in sorted(lab.folder.glob("solutions/*/expected.toml"))
    ]
    fixes = [solution.expected["fix"].verdict for solution in solutions]
    if fixes.count("PASS") < 2:
        raise LabError("solutions/", "", "must hold two different solutions that pass.")
    if fixes.count("FAIL") < LEAST_WRONG:
        raise LabError("solutions/", "", f"must hold at least {LEAST_WRONG} known-wrong ones.")
    return solutions


def solution_files(lab: Lab, name: str) -> dict[str, bytes]:
    """The files of one solution. Raises LabError when there is none of that name."""
    folder = lab.folder / "solutions" / name
    if not folder.is_dir():
        there = ", ".join(sorted(path.name for path in (lab.folder / "solutions").glob("*")))
        raise LabError(f"solutions/{name}", "", "is no solution of this lab.", f"It has: {there}.")
    return _files(lab, folder)


def _load(lab: Lab, folder: Path) -> Solution:
    table = read_fields(folder, "expected.toml")
    expected = {stage: _expected(table.table(stage)) for stage in RUN_STAGES if table.has(stage)}
    table.text("why", "")
    table.allow(*RUN_STAGES)
    table.done()
    if "fix" not in expected:
        raise LabError(f"solutions/{folder.name}/expected.toml", "fix", "is missing.")
    return Solution(folder.name, _files(lab, folder), expected)


def _expected(row: Fields) -> Expected:
    found = Expected(
        verdict=row.text("verdict", one_of=("PASS", "FAIL")),
        anomaly=row.text("anomaly", ""),
        cause=row.text("cause", ""),
    )
    row.done()
    named = found.anomaly or found.cause == NOT_REPRODUCED
    if found.verdict == "FAIL" and not (named and found.cause):
        raise row.wrong(
            "anomaly",
            "and cause must be declared with a FAIL.",
            "A right verdict for the wrong reason is a wrong verdict.",
        )
    if found.anomaly:
        _require_known(row, "anomaly", found.anomaly, CAUSES)
        _require_known(row, "cause", found.cause, CAUSES[found.anomaly])
    return found


def _require_known(row: Fields, key: str, word: str, known: Iterable[str]) -> None:
    """A misspelt word would only be found by a run of several minutes."""
    if word not in known:
        remedy = did_you_mean(word, known, f"Known: {', '.join(sorted(known))}.")
        raise row.wrong(key, f"'{word}' is nothing that the judge can find.", remedy)


def _files(lab: Lab, folder: Path) -> dict[str, bytes]:
    known = {file.name for file in lab.editable}
    files = {
        path.name: path.read_bytes()
        for path in sorted(folder.iterdir())
        if path.is_file() and path.name != "expected.toml"
    }
    if odd := sorted(files.keys() - known):
        raise LabError(
            f"solutions/{folder.name}/{odd[0]}",
            "",
            "is not an editable file.",
            f"The lab has: {', '.join(sorted(known))}.",
        )
    return files
