"""Runs add up in a receipt over sittings and processes, and only those of the same lab."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest

from judge.errors import JudgeError
from judge.receipts.receipt import Basis, Receipt, Row, add_run, read_receipt, row_of

NOW, LATER = Basis("engine-1", "4.3.1", "2.16.1"), Basis("engine-2", "4.3.1", "2.16.1")
FIX = ("reference", "fix", "idle")
LOADED = ("reference", "fix", "load")


def passed(seed: int = 1) -> Row:
    return row_of("PASS", "PASS", seed)


def test_a_run_as_declared_is_neither_wrong_nor_inconclusive() -> None:
    row = passed()

    assert (row.runs, row.wrong, row.inconclusive, row.wrong_seeds) == (1, {}, {}, [])
    assert row.first == row.last != ""


def test_a_wrong_reason_is_wrong_and_keeps_its_seed() -> None:
    row = row_of("FAIL lost-write truncated", "FAIL lost-write never-sent", 7)

    assert (row.wrong, row.wrong_seeds) == ({"FAIL lost-write truncated": 1}, [7])


def test_an_inconclusive_run_is_counted_by_its_reason() -> None:
    row = row_of("INCONCLUSIVE machine-starved", "PASS", 7)

    assert (row.wrong, row.inconclusive) == ({}, {"machine-starved": 1})


def test_sittings_add_up_and_load_is_kept_apart(tmp_path: Path) -> None:
    path = tmp_path / "receipts" / "lab.json"

    for _ in range(3):
        add_run(path, {FIX: passed()}, "lab-1", NOW)
    add_run(path, {LOADED: passed()}, "lab-1", NOW)

    found = read_receipt(path)
    assert found is not None
    assert {key: row.runs for key, row in found.rows.items()} == {FIX: 3, LOADED: 1}


def test_another_engine_begins_anew_and_keeps_what_was(tmp_path: Path) -> None:
    path = tmp_path / "receipts" / "lab.json"
    for basis in (NOW, NOW, LATER, NOW):
        add_run(path, {FIX: passed()}, "lab-1", basis)

    found = read_receipt(path)

    assert found is not None
    assert found.basis == NOW
    assert (found.rows[FIX].runs, found.before[FIX].runs) == (1, 3)


def test_another_lab_forgets_everything(tmp_path: Path) -> None:
    path = tmp_path / "receipts" / "lab.json"
    add_run(path, {FIX: passed()}, "lab-1", NOW)
    add_run(path, {FIX: passed()}, "lab-1", LATER)

    add_run(path, {FIX: passed()}, "lab-2", LATER)

    found = read_receipt(path)
    assert found is not None
    assert (found.lab, found.rows[FIX].runs, found.before) == ("lab-2", 1, {})


def test_two_verifies_lose_none_of_each_others_runs(tmp_path: Path) -> None:
    path = tmp_path / "receipts" / "lab.json"

    def sitting(solution: str) -> None:
        for _ in range(25):
            add_run(path, {(solution, "fix", "idle"): passed()}, "lab-1", NOW)

    both = [threading.Thread(target=sitting, args=(name,)) for name in ("a", "a", "b")]
    for each in both:
        each.start()
    for each in both:
        each.join()

    found = read_receipt(path)
    assert found is not None
    assert {key[0]: row.runs for key, row in found.rows.items()} == {"a": 50, "b": 25}
    assert [each.name for each in path.parent.iterdir()] == ["lab.json"]


def test_it_is_sorted_has_a_line_for_each_row_and_reads_as_it_was_written() -> None:
    receipt = Receipt("lab-1", NOW)
    for name in ("b", "a"):
        receipt.add((name, "fix", "idle"), row_of("INCONCLUSIVE x", "PASS", 1), "lab-1", NOW)

    text = receipt.to_text()

    lines = [line for line in text.splitlines() if '"solution"' in line]
    assert [json.loads(line.rstrip(","))["solution"] for line in lines] == ["a", "b"]
    assert json.loads(text)["engine"] == "engine-1"


def test_wrong_seeds_are_bounded() -> None:
    row = Row()
    for seed in range(50):
        row.add(row_of("PASS", "FAIL", seed))

    assert (row.wrong, row.wrong_seeds) == ({"PASS": 50}, [0, 1, 2, 3, 4])


@pytest.mark.parametrize("body", ["{", "[]", '{"schema": 99}', '{"schema": 1}'])
def test_a_broken_receipt_is_no_receipt(tmp_path: Path, body: str) -> None:
    path = tmp_path / "lab.json"
    path.write_text(body)

    with pytest.raises(JudgeError, match=r"lab\.json") as failed:
        read_receipt(path)

    assert failed.value.code == "receipt-unreadable"


def test_no_receipt_is_none(tmp_path: Path) -> None:
    assert read_receipt(tmp_path / "none.json") is None
