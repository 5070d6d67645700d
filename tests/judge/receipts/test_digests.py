"""A digest changes with whatever can change a verdict, and with nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from judge.receipts.digests import BESIDE, code_of, engine_digest, lab_digest

SOURCE = '''"""Purpose."""

LIMIT = 3  # brokers
TEXT = """
# no comment
"""


def half(number: int) -> int:
    """Half of it."""
    return number // 2
'''


@pytest.fixture
def engine(tmp_path: Path) -> Path:
    package = tmp_path / "judge"
    for name in ("run.py", "inside/conduct.py", "cli/main.py", "bench/start.py", "verify.py"):
        path = package / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(SOURCE)
    (package / "kafka.lock").write_text("a:b:1 cafe 3\n")
    return package


@pytest.fixture
def lab(tmp_path: Path) -> Path:
    folder = tmp_path / "labs" / "one"
    (folder / "solutions" / "reference").mkdir(parents=True)
    (folder / "lab.toml").write_text("title = 'x'\n")
    (folder / "brief.md").write_text("Please mend it.\n")
    (folder / "solutions" / "reference" / "expected.toml").write_text("[fix]\n")
    (folder / "solutions" / "reference" / "notes.md").write_text("handed in\n")
    return folder


@pytest.mark.parametrize("name", ["run.py", "inside/conduct.py", "kafka.lock"])
def test_it_changes_with_the_engine(engine: Path, name: str) -> None:
    before = engine_digest(engine)

    path = engine / name
    path.write_text(path.read_text().replace("3", "4"))

    assert engine_digest(engine) != before


@pytest.mark.parametrize("name", ["cli/main.py", "bench/start.py", "verify.py"])
def test_it_does_not_change_with_what_no_verdict_passes_through(engine: Path, name: str) -> None:
    before = engine_digest(engine)

    (engine / name).write_text("changed = True\n")

    assert engine_digest(engine) == before


def test_it_changes_with_a_file_that_is_new(engine: Path) -> None:
    before = engine_digest(engine)

    (engine / "novel.py").write_text("")

    assert engine_digest(engine) != before


def test_comments_docstrings_and_blank_lines_are_no_code(tmp_path: Path) -> None:
    one, other = tmp_path / "one.py", tmp_path / "other.py"
    one.write_text(SOURCE)
    other.write_text(
        SOURCE.replace("# brokers", "# nodes").replace("Half of it.", "The half.\n\n    Whole.")
        + "\n\n# the end\n"
    )

    assert code_of(one) == code_of(other)
    assert b"# no comment" in code_of(one)


def test_code_that_shares_a_line_with_a_docstring_counts(tmp_path: Path) -> None:
    path = tmp_path / "one.py"
    path.write_text('class A(Exception): """x"""\n')

    assert code_of(path) == b'class A(Exception): """x"""'


@pytest.mark.parametrize(
    "name", ["lab.toml", "solutions/reference/expected.toml", "solutions/reference/notes.md"]
)
def test_it_changes_with_every_file_of_a_lab_that_a_run_reads(lab: Path, name: str) -> None:
    before = lab_digest(lab)

    (lab / name).write_text("[fix]\nverdict = 'PASS'\n")

    assert lab_digest(lab) != before


def test_it_changes_with_a_renamed_solution(lab: Path) -> None:
    before = lab_digest(lab)

    (lab / "solutions" / "reference").rename(lab / "solutions" / "model")

    assert lab_digest(lab) != before


def test_the_texts_for_people_are_no_part_of_the_proof(lab: Path) -> None:
    before = lab_digest(lab)

    (lab / "brief.md").write_text("Please mend it today.\n")

    assert lab_digest(lab) == before


def test_the_parts_that_are_left_out_exist() -> None:
    import judge

    root = Path(judge.__file__).parent

    assert [name for name in BESIDE if not (root / name).exists()] == []
