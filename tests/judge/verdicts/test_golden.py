"""Histories of real runs on real brokers keep the verdict they had, whatever changes in the judge.

tests/judge/golden holds one file a run, compressed as it was recorded, and expected.json. A new
one is a history from `judge verify --histories DIR`, put through `xz -9`, and its row.
"""

from __future__ import annotations

import json
import lzma
from pathlib import Path

import pytest

from judge.history import read_history
from judge.replay import replay
from judge.story import tell

GOLDEN = Path(__file__).parents[1] / "golden"
EXPECTED = json.loads((GOLDEN / "expected.json").read_text(encoding="utf-8"))


@pytest.fixture
def stored(tmp_path):
    def unpack(name):
        path = tmp_path / f"{name}.jsonl"
        path.write_bytes(lzma.decompress((GOLDEN / f"{name}.jsonl.xz").read_bytes()))
        return path

    return unpack


def test_it_expects_something_of_every_history():
    assert sorted(EXPECTED) == sorted(path.name.split(".")[0] for path in GOLDEN.glob("*.xz"))


@pytest.mark.parametrize("stage", ["reproduce", "fix"])
@pytest.mark.parametrize("name", EXPECTED)
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
