"""Options that several commands share."""

from __future__ import annotations

import argparse
from pathlib import Path

from judge.errors import LabError


def add_json(parser: argparse.ArgumentParser) -> None:
    """`--json`: machine-readable output, documented in docs/cli.md."""
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def add_data(parser: argparse.ArgumentParser) -> None:
    """`--data DIR`: the data directory."""
    parser.add_argument("--data", metavar="DIR", help="data directory (default: FAULTLINE_DATA)")


def lab_folder(name: str) -> Path:
    """A lab's folder by path, or by its slug under labs/. Raises LabError."""
    for folder in (Path(name), Path("labs") / name):
        if (folder / "lab.toml").is_file():
            return folder
    raise LabError(
        name,
        "",
        "is no lab: there is no lab.toml in it.",
        "Name a folder such as labs/acked-then-gone.",
    )
