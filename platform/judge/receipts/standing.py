"""Whether a lab's receipt still proves it, and what all its runs come to; starts no broker."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from judge.errors import JudgeError
from judge.lab import Lab
from judge.receipts.digests import engine_digest, lab_digest
from judge.receipts.receipt import Basis, Key, Receipt, Row, read_receipt, receipt_path
from judge.solutions import Solution, load_solutions
from judge.versions import versions


@dataclass(frozen=True, slots=True)
class Standing:
    """What a lab's receipt is worth: nothing while there are `problems`, each one a sentence.

    `counts` are the runs of every sitting on this lab, whatever the engine was then.
    """

    lab: str
    problems: tuple[str, ...]
    counts: Mapping[str, Any] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """A row of `judge verify --check --json`; see docs/cli.md."""
        ok = not self.problems
        return {"lab": self.lab, "ok": ok, "problems": list(self.problems), **self.counts}


def present_basis() -> Basis:
    """What a run made now is made with."""
    known = versions()
    return Basis(engine_digest(), known["kafka"], known["confluent-kafka"])


def standing_of(lab: Lab, basis: Basis | None = None) -> Standing:
    """How `lab` stands with an engine like `basis`, by default the present one.

    Fresh means: of this very lab, engine, Kafka and client; every solution has reached a verdict
    for each stage that it declares, and none a wrong one.

    Raises LabError when the solutions cannot be read.
    """
    solutions, path = load_solutions(lab), receipt_path(lab.folder)
    try:
        receipt = read_receipt(path)
    except JudgeError as broken:
        return Standing(lab.slug, (broken.message,), counts_of({}, solutions))
    remedy = f"Run `judge verify {lab.slug}`."
    if receipt is None:
        missing = f"There is no receipt {path.parent.name}/{path.name}. {remedy}"
        return Standing(lab.slug, (missing,), counts_of({}, solutions))
    stale = _differences(receipt, lab_digest(lab.folder), basis or present_basis())
    problems = [f"{each}. {remedy}" for each in stale] or list(_gaps(receipt, solutions, remedy))
    return Standing(lab.slug, tuple(problems), counts_of(_all(receipt), solutions))


def is_fresh(lab: Lab) -> bool:
    """Whether nothing needs to be run again before the lab can be believed."""
    return not standing_of(lab).problems


def verdicts_so_far(lab: Lab) -> dict[str, int]:
    """Solution → how many runs have reached a verdict in every stage, on the present engine.

    A solution that was never run is absent. Raises JudgeError `receipt-unreadable`.
    """
    receipt = read_receipt(receipt_path(lab.folder))
    if receipt is None or _differences(receipt, lab_digest(lab.folder), present_basis()):
        return {}
    reached: dict[tuple[str, str], int] = {}
    for (solution, stage, _machine), row in receipt.rows.items():
        key = (solution, stage)
        reached[key] = reached.get(key, 0) + row.runs - _times(row.inconclusive)
    return {
        name: min(runs for (solution, _stage), runs in reached.items() if solution == name)
        for name, _stage in reached
    }


def _differences(receipt: Receipt, lab: str, basis: Basis) -> list[str]:
    """Each thing that is not any more what it was when the receipt was written."""
    then, now = receipt.basis, basis
    pairs = {
        "the lab": (receipt.lab, lab),
        "the engine": (then.engine, now.engine),
        "Kafka": (then.kafka, now.kafka),
        "the Kafka client": (then.client, now.client),
    }
    return [
        f"The receipt is stale: {what} was {old} and is {new}"
        for what, (old, new) in pairs.items()
        if old != new
    ]


def _gaps(receipt: Receipt, solutions: Iterable[Solution], remedy: str) -> Iterable[str]:
    """What a receipt of this very lab and engine lacks, or shows to be wrong."""
    for solution in solutions:
        for stage in solution.expected:
            rows = _rows(receipt.rows, solution.name, stage)
            if sum(row.runs - _times(row.inconclusive) for row in rows) <= 0:
                yield f"Solution {solution.name} has no verdict for stage {stage}. {remedy}"
            for row in rows:
                for got, times in sorted(row.wrong.items()):
                    yield (
                        f"Solution {solution.name}, stage {stage}, was judged {got} in {times} of "
                        f"{row.runs} runs where it declares {solution.expected[stage]}; "
                        f"seeds {', '.join(str(seed) for seed in row.wrong_seeds)}."
                    )


def counts_of(rows: Mapping[Key, Row], solutions: Iterable[Solution]) -> dict[str, Any]:
    """Runs, wrong and INCONCLUSIVE of all sittings, idle and with load.

    One run is judged for several stages and counts once, by its stage `fix`, which every
    solution declares; it is wrong for each stage that it was judged wrongly in.
    """
    counted: dict[str, Any] = {"runs": 0, "wrong": 0, "inconclusive": 0}
    for machine in ("idle", "load"):
        fixes = [row for key, row in rows.items() if key[1:] == ("fix", machine)]
        runs = sum(row.runs for row in fixes)
        reasons: Counter[str] = Counter()
        for row in fixes:
            reasons.update(row.inconclusive)
        wrong = sum(_times(row.wrong) for key, row in rows.items() if key[2] == machine)
        counted[machine] = {
            "runs": runs,
            "wrong": wrong,
            "inconclusive": reasons.total(),
            "inconclusive_pct": round(100 * reasons.total() / runs, 2) if runs else 0.0,
            "reasons": dict(sorted(reasons.items())),
        }
        for name in ("runs", "wrong", "inconclusive"):
            counted[name] += counted[machine][name]
    each = [sum(row.runs for row in _rows(rows, one.name, "fix")) for one in solutions]
    return {**counted, "solutions": len(each), "least_runs": min(each, default=0)}


def _all(receipt: Receipt) -> dict[Key, Row]:
    total: dict[Key, Row] = {}
    for table in (receipt.rows, receipt.before):
        for key, row in table.items():
            total.setdefault(key, Row()).add(row)
    return total


def _rows(table: Mapping[Key, Row], solution: str, stage: str) -> list[Row]:
    return [row for key, row in table.items() if key[:2] == (solution, stage)]


def _times(counted: Mapping[str, int]) -> int:
    return sum(counted.values())
