"""Histories of real runs on real brokers keep the verdict they had, whatever changes in the judge.

tests/judge/golden holds one file a run, compressed as it was recorded, and expected.json. A new
one is cut by `judge replay HISTORY --golden NAME`; docs/labs.md says how.
"""

from __future__ import annotations

import json
import lzma
import subprocess
import sys
from pathlib import Path

import pytest

from judge.errors import LearnerError
from judge.history import read_history
from judge.judging import CERTAIN, judge_history
from judge.receipts.golden import MOST_BYTES, cut
from judge.replay import replay, stored_ops
from judge.story import tell

GOLDEN = Path(__file__).parents[1] / "golden"
PLATFORM = Path(__file__).parents[3] / "platform"
EXPECTED = json.loads((GOLDEN / "expected.json").read_text(encoding="utf-8"))


def starved(row):
    """Whether a late wake must make it INCONCLUSIVE: no machine makes a file a syntax error."""
    return row["fix"]["verdict"] == "FAIL" and row["fix"]["reason"] not in CERTAIN


@pytest.fixture
def stored(tmp_path):
    def unpack(name):
        path = tmp_path / f"{name}.jsonl"
        path.write_bytes(lzma.decompress((GOLDEN / f"{name}.jsonl.xz").read_bytes()))
        return path

    return unpack


def test_it_expects_something_of_every_history():
    assert sorted(EXPECTED) == sorted(path.name.split(".")[0] for path in GOLDEN.glob("*.xz"))


STAGES = [(name, stage) for name, row in EXPECTED.items() for stage in row if stage != "figures"]


@pytest.mark.parametrize(("name", "stage"), STAGES)
def test_it_judges_a_real_run_as_ever(stored, name, stage):
    report = replay(stored(name), stage=stage)

    assert {
        "verdict": report.verdict.value,
        "reason": report.reason,
        "anomalies": [[a.name, a.cause, a.count] for a in report.anomalies],
    } == EXPECTED[name][stage]


@pytest.mark.parametrize("name", EXPECTED)
def test_it_counts_a_real_run_as_ever(stored, name):
    counted = EXPECTED[name]["figures"]

    figures = replay(stored(name)).figures

    assert {figure: figures[figure] for figure in counted} == counted


@pytest.mark.parametrize("name", EXPECTED)
def test_it_judges_and_tells_a_real_run_to_the_same_bytes_each_time(stored, name):
    path = stored(name)
    first, second = replay(path), replay(path)
    told = [json.dumps(tell(read_history(path), first.to_dict()).to_dict()) for _ in range(2)]

    assert first.to_json() == second.to_json()
    assert told[0] == told[1]
    assert len(told[0]) < 60_000


REPLAY = "import sys; from judge.cli.main import main; sys.exit(main(sys.argv[1:]))"


@pytest.mark.parametrize("name", EXPECTED)
def test_no_order_of_a_hash_table_shows_in_a_report(stored, name):
    command = [sys.executable, "-c", REPLAY, "replay", str(stored(name)), "--json"]

    printed = {
        subprocess.run(
            command,
            stdout=subprocess.PIPE,
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": str(PLATFORM)},
        ).stdout
        for seed in ("1", "2", "3")
    }

    assert len(printed) == 1
    assert json.loads(printed.pop())["verdict"] == EXPECTED[name]["fix"]["verdict"]


@pytest.mark.parametrize("name", [name for name, row in EXPECTED.items() if starved(row)])
def test_no_run_on_a_starved_machine_fails(stored, name):
    ops = list(stored_ops(stored(name)))
    for op in ops:
        if op.source == "machine" and op.f == "pressure":
            op.detail["latest_wake_ms"] = 2000

    report = judge_history(ops, stage="fix")

    assert (report.verdict.value, report.reason) == ("INCONCLUSIVE", "machine-starved")


def test_a_history_is_cut_as_it_was_recorded(stored, tmp_path):
    folder = tmp_path / "golden"
    folder.mkdir()
    history = stored("reference")

    kept = cut(history, "reference-again", folder)

    assert lzma.decompress(kept.read_bytes()) == history.read_bytes()
    (row,) = json.loads((folder / "expected.json").read_text()).values()
    assert row["fix"] == EXPECTED["reference"]["fix"]
    assert row["figures"].items() >= EXPECTED["reference"]["figures"].items()


@pytest.mark.parametrize("name", ["", "../evil", "Has Space"])
def test_a_golden_name_is_a_slug(stored, tmp_path, name):
    with pytest.raises(LearnerError, match="lower-case"):
        cut(stored("syntax-error"), name, tmp_path)


def test_a_large_history_is_not_kept(stored, tmp_path, monkeypatch):
    monkeypatch.setattr("judge.receipts.golden.MOST_BYTES", 100)

    with pytest.raises(LearnerError, match="at most 100 are kept"):
        cut(stored("syntax-error"), "small", tmp_path)


def test_all_of_them_are_small():
    assert all(path.stat().st_size <= MOST_BYTES for path in GOLDEN.glob("*.xz"))
