"""A verification on real brokers, with the cores kept busy, ends in a receipt that says so."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from judge.bench.overhead import bench_overhead
from judge.cli.main import main
from judge.home import Home
from judge.lab import load_lab
from judge.receipts.receipt import Basis

REAL = Path(__file__).parents[3] / "labs" / "acked-then-gone"

pytestmark = [pytest.mark.brokers, pytest.mark.slow]


def test_a_loaded_run_is_written_down_apart(
    home: Home,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Somebody may be at work on the engine while this runs.
    now = Basis("engine-of-now", "4.3.1", "2.16.1")
    monkeypatch.setattr("judge.receipts.book.present_basis", lambda: now)
    folder = tmp_path / "labs" / REAL.name
    shutil.copytree(REAL, folder)
    command = ["verify", str(folder), "--solution", "syntax-error", "--load", "--json"]

    code = main([*command, "--data", str(home.path)])

    matrix = json.loads(capsys.readouterr().out)
    assert (code, matrix["runs"], matrix["wrong"]) == (0, 1, 0)
    receipt = json.loads((tmp_path / "labs" / "receipts" / f"{REAL.name}.json").read_text())
    kept = {(row["solution"], row["machine"], row["runs"]) for row in receipt["rows"]}
    assert kept == {("syntax-error", "load", 1)}
    assert main(["verify", "--check", str(folder)]) == 1


def test_the_overhead_is_measured_by_operations(home: Home) -> None:
    figures = bench_overhead(load_lab(REAL), home=home, operations=3000)

    assert set(figures) == {"attempt_s", "scenario_s", "overhead_s", "operations", "orders"}
    assert figures["operations"] >= 3000
    assert figures["overhead_s"] == pytest.approx(
        figures["attempt_s"] - figures["scenario_s"], abs=0.01
    )
