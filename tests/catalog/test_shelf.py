"""The shelf: labs are read once, and a broken one harms nobody."""

import shutil
from pathlib import Path

import pytest

from catalog import shelf
from catalog.shelf import UnknownLabError, find_lab, labs

REAL = Path(__file__).resolve().parents[2] / "labs"


@pytest.fixture
def folder(tmp_path, settings):
    """A shelf with one good lab."""
    settings.LABS_DIR = tmp_path
    shutil.copytree(REAL / "acked-then-gone", tmp_path / "good")
    return tmp_path


def test_it_finds_a_lab_by_its_slug(folder):
    assert find_lab("good").slug == "good"


def test_it_knows_no_lab_that_is_not_there(folder):
    with pytest.raises(UnknownLabError):
        find_lab("../good")


def test_it_keeps_a_broken_lab_apart_and_says_what_is_wrong(folder):
    shutil.copytree(folder / "good", folder / "bad")
    (folder / "bad" / "lab.toml").write_text("title = 3\n")

    found = {row.slug: row for row in shelf.shelf()}

    # It should offer the good one only, and name file and key of the other
    assert [lab.slug for lab in labs()] == ["good"]
    assert found["bad"].error.file == "lab.toml"
    with pytest.raises(UnknownLabError):
        find_lab("bad")


def test_it_reads_a_lab_again_only_when_a_file_changed(folder, monkeypatch):
    reads = []
    load = shelf.load_lab
    monkeypatch.setattr(shelf, "load_lab", lambda path: reads.append(path) or load(path))
    find_lab("good")
    find_lab("good")
    assert len(reads) <= 1
    (folder / "good" / "brief.md").write_text("# Another brief\n")

    assert find_lab("good").brief == "# Another brief\n"


def test_it_sees_a_lab_mended(folder):
    toml = folder / "good" / "lab.toml"
    text = toml.read_text()
    toml.write_text("broken")
    assert labs() == []

    toml.write_text(text)

    assert [lab.slug for lab in labs()] == ["good"]
