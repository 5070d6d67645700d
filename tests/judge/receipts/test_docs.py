"""docs/cli.md and docs/labs.md say what verifying prints, takes and leaves out."""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from judge.cli import bench, replay, verify
from judge.receipts.digests import BESIDE
from judge.receipts.golden import MOST_BYTES
from judge.receipts.sample import SAMPLE
from judge.receipts.standing import Standing, counts_of
from judge.sandbox.admission import CPU_PATIENCE_S, FLOOR_BYTES, SPACING_S
from judge.sandbox.machine import BUSY_PCT, DENIED_PCT
from judge.sandbox.shelf import MOST_SHAPES
from judge.verify import Matrix

DOCS = Path(__file__).parents[3] / "docs"
CLI, LABS = ((DOCS / name).read_text(encoding="utf-8") for name in ("cli.md", "labs.md"))
OPERATING = (DOCS / "operating.md").read_text(encoding="utf-8")


def options(command) -> list[str]:
    """Every option of a command and of what is below it."""
    parser = argparse.ArgumentParser()
    command.add_to(parser.add_subparsers())
    left, found = [parser], []
    while left:
        for action in left.pop()._actions:
            found += action.option_strings
            if isinstance(action, argparse._SubParsersAction):
                left += action.choices.values()
    return [option for option in found if option.startswith("--") and option != "--help"]


@pytest.mark.parametrize(
    "option", sorted({*options(verify), *options(replay), *options(bench)} - {"--data"})
)
def test_cli_md_names_every_option(option: str) -> None:
    assert option in CLI


def test_cli_md_names_every_key_that_is_printed() -> None:
    counts = counts_of({}, [])
    printed = {*Matrix().to_dict(), *Standing("lab", (), counts).to_dict(), *counts["idle"]}

    assert [key for key in sorted(printed) if f"`{key}`" not in CLI] == []


def test_labs_md_names_what_no_verdict_passes_through() -> None:
    assert [name for name in BESIDE if f"`{name}`" not in LABS] == []


def test_the_figures_are_those_that_hold() -> None:
    assert SAMPLE == 2
    assert "two of each lab" in LABS
    assert f"{MOST_BYTES // 1000} KB at most" in LABS
    assert f"{FLOOR_BYTES >> 20} MB" in OPERATING
    assert f"{SPACING_S} s" in OPERATING
    assert all(f"{share:.0f} %" in OPERATING for share in (BUSY_PCT, DENIED_PCT))
    assert f"After {CPU_PATIENCE_S:.0f} s" in OPERATING
    assert MOST_SHAPES == 8
    assert "eight shapes" in (DOCS / "kafka.md").read_text(encoding="utf-8")
