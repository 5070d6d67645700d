"""The receipt of a lab: labs/receipts/<slug>.json, a line for each solution, stage and load."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from judge.errors import JudgeError

SCHEMA = 1
SEEDS_KEPT = 5
"""Of wrong runs: enough to run them again, and bounded."""

Key = tuple[str, str, str]
"""Solution, stage, and `idle` or `load`."""


@dataclass(frozen=True, slots=True)
class Basis:
    """What the runs of a receipt were made with; when a part differs, they are of the past."""

    engine: str
    kafka: str
    client: str


@dataclass(slots=True)
class Row:
    """How the runs of one solution came out for one stage.

    inconclusive: reason → runs. wrong: what it was judged as instead → runs.
    """

    runs: int = 0
    wrong: dict[str, int] = field(default_factory=dict)
    inconclusive: dict[str, int] = field(default_factory=dict)
    wrong_seeds: list[int] = field(default_factory=list)
    first: str = ""
    last: str = ""

    def add(self, other: Row) -> None:
        """Count the runs of `other` as well."""
        self.runs += other.runs
        for mine, theirs in ((self.wrong, other.wrong), (self.inconclusive, other.inconclusive)):
            for name, runs in theirs.items():
                mine[name] = mine.get(name, 0) + runs
        seeds = {*self.wrong_seeds, *other.wrong_seeds}
        self.wrong_seeds = sorted(seeds)[:SEEDS_KEPT]
        days = [day for day in (self.first, self.last, other.first, other.last) if day]
        self.first, self.last = min(days), max(days)


@dataclass(slots=True)
class Receipt:
    """`rows` are the runs on the present `basis`, `before` those on earlier ones, added up.

    All of them are of the lab whose digest is `lab`: another lab is another proof.
    """

    lab: str
    basis: Basis
    rows: dict[Key, Row] = field(default_factory=dict)
    before: dict[Key, Row] = field(default_factory=dict)

    def add(self, key: Key, row: Row, lab: str, basis: Basis) -> None:
        """Count the runs of `row`, which were of `lab` and on `basis`."""
        if lab != self.lab:
            self.lab, self.rows, self.before = lab, {}, {}
        if basis != self.basis:
            for old_key, old in self.rows.items():
                self.before.setdefault(old_key, Row()).add(old)
            self.rows = {}
        self.basis = basis
        self.rows.setdefault(key, Row()).add(row)

    def to_text(self) -> str:
        """JSON with a line for each row, sorted, so that two sittings can be compared."""
        head = {"schema": SCHEMA, "lab": self.lab, **asdict(self.basis)}
        lines = [f" {json.dumps(name)}: {json.dumps(value)}," for name, value in head.items()]
        tables = {"rows": self.rows, "before": self.before}
        for name, table in tables.items():
            rows = [f"  {json.dumps(_row_dict(key, table[key]))}" for key in sorted(table)]
            comma = "," if name != "before" else ""
            lines += [f' "{name}": [', *(",\n".join(rows).splitlines()), f" ]{comma}"]
        return "\n".join(["{", *lines, "}"]) + "\n"


def receipt_path(folder: Path) -> Path:
    """Where the receipt of the lab in `folder` is kept: beside it, so not part of it."""
    return folder.resolve().parent / "receipts" / f"{folder.resolve().name}.json"


def read_receipt(path: Path) -> Receipt | None:
    """The receipt at `path`; None when there is none.

    Raises JudgeError `receipt-unreadable` when it is broken or of another schema.
    """
    try:
        body = json.loads(path.read_text(encoding="utf-8"))
        if body["schema"] != SCHEMA:
            raise ValueError(f"its schema is {body['schema']}, not {SCHEMA}")
        basis = Basis(body["engine"], body["kafka"], body["client"])
        return Receipt(body["lab"], basis, _table(body["rows"]), _table(body["before"]))
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError) as wrong:
        raise JudgeError(
            "receipt-unreadable",
            f"{path}: {wrong}. Remove it and run `judge verify` for its lab.",
        ) from None


def add_run(path: Path, runs: dict[Key, Row], lab: str, basis: Basis) -> None:
    """Add runs to the receipt at `path`; several processes may do so at once.

    A reader sees the old file or the new one, never a half.

    Raises JudgeError `receipt-unreadable` or `receipt-not-written`.
    """
    try:
        path.parent.mkdir(exist_ok=True)
        with _alone_in(path.parent):
            receipt = read_receipt(path) or Receipt(lab, basis)
            for key, row in runs.items():
                receipt.add(key, row, lab, basis)
            fresh = path.with_suffix(f".{os.getpid()}.new")
            fresh.write_text(receipt.to_text(), encoding="utf-8")
            fresh.replace(path)
    except OSError as wrong:
        raise JudgeError("receipt-not-written", f"{path}: {wrong.strerror or wrong}") from None


def row_of(got: str, expected: str, seed: int) -> Row:
    """One run that came to `got`, in the words of expected.toml, where `expected` was declared."""
    today = datetime.now(UTC).date().isoformat()
    one = Row(runs=1, first=today, last=today)
    if got.startswith("INCONCLUSIVE"):
        return replace(one, inconclusive={got.partition(" ")[2] or "unknown": 1})
    if got != expected:
        return replace(one, wrong={got: 1}, wrong_seeds=[seed])
    return one


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def _row_dict(key: Key, row: Row) -> dict[str, Any]:
    named = dict(zip(("solution", "stage", "machine"), key, strict=True))
    told = {name: value for name, value in asdict(row).items() if value}
    for counted in ("wrong", "inconclusive"):
        if counted in told:
            told[counted] = dict(sorted(told[counted].items()))
    return {**named, **told}


def _table(rows: list[dict[str, Any]]) -> dict[Key, Row]:
    found = {}
    for row in rows:
        key = (row.pop("solution"), row.pop("stage"), row.pop("machine"))
        found[key] = Row(**row)
    return found
