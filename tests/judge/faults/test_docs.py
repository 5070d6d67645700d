"""docs/faults.md is a table of every fault, and names every key that one has."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from judge.errors import LabError
from judge.fault_options import FAULT_OPTIONS
from judge.fields import Fields
from judge.inside.faults import FAULTS
from judge.program_fault_options import MOMENTS
from judge.target_options import TARGETS

DOC = Path(__file__).parents[3] / "docs" / "faults.md"
ROWS = {
    line.split("`")[1]: line
    for line in DOC.read_text(encoding="utf-8").splitlines()
    if line.startswith("| `")
}


class Asking(Fields):
    """Remembers what it is asked for, and answers whatever is right."""

    def __init__(self, target: str) -> None:
        super().__init__("scenario.toml", {})
        self._target, self.keys = target, set[str]()

    def text(self, key: str, default: str | None = None, *, one_of: Sequence[str] = ()) -> str:
        self.keys.add(key)
        return self._target if key == "target" else default or next(iter(one_of), "x")

    def whole(self, key: str, default: int | None = None, *, at_least: int = 0) -> int:
        self.keys.add(key)
        return max(at_least, default or 0)

    def number(self, key: str, default: float | None = None) -> float:
        self.keys.add(key)
        return default or 1.0

    def texts(self, key: str, default: Sequence[str] | None = None) -> tuple[str, ...]:
        self.keys.add(key)
        return tuple(default or ("leader",))

    def flag(self, key: str) -> bool:
        self.keys.add(key)
        return False

    def has(self, key: str) -> bool:
        return True


def keys_of(fault: str) -> set[str]:
    """The keys that the function which reads a fault asks for, whatever the target."""
    found: set[str] = set()
    for target in TARGETS:
        row = Asking(target)
        FAULT_OPTIONS[fault](row)
        found |= row.keys
    return found


def test_what_can_be_read_can_be_injected() -> None:
    assert set(FAULTS) == set(FAULT_OPTIONS)


@pytest.mark.parametrize("fault", FAULT_OPTIONS)
def test_every_fault_has_its_row_with_proof_and_heal(fault: str) -> None:
    cells = [cell.strip() for cell in ROWS[fault].strip("|").split("|")]

    assert len(cells) == 5
    assert all(cells)


@pytest.mark.parametrize("fault", FAULT_OPTIONS)
def test_every_key_of_a_fault_is_in_its_row(fault: str) -> None:
    keys = keys_of(fault)
    of_target = {"target", "topic", "partition", "of"} if "target" in keys else set[str]()

    assert {key for key in keys - of_target if f"`{key}`" not in ROWS[fault]} == set()
    assert ("target" in ROWS[fault].split("|")[2]) == bool(of_target)


@pytest.mark.parametrize("word", [*TARGETS, *MOMENTS])
def test_every_target_and_moment_has_its_row(word: str) -> None:
    assert word in ROWS


def test_a_key_that_no_fault_has_is_refused() -> None:
    row: Any = Fields("scenario.toml", {"how": "clean", "hwo": "hard"})
    FAULT_OPTIONS["restart_broker"](row)

    with pytest.raises(LabError, match="hwo"):
        row.done()
