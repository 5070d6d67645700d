"""Every lab has been proved as it is now: a changed lab or engine is verified before it lands."""

from __future__ import annotations

from pathlib import Path

import pytest

from judge.lab import lab_folders, load_lab
from judge.receipts.standing import standing_of

FOLDERS = lab_folders(Path(__file__).parents[2] / "labs")


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_its_receipt_is_fresh(folder: Path):
    assert standing_of(load_lab(folder)).problems == ()


def test_no_receipt_is_kept_of_a_lab_that_is_gone():
    kept = {path.stem for path in (FOLDERS[0].parent / "receipts").glob("*.json")}

    assert kept <= {folder.name for folder in FOLDERS}
