"""`judge replay`: judges a stored history again; the same history gives the same bytes."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from judge.cli.exit_codes import OF_VERDICT
from judge.cli.options import add_json
from judge.cli.run import as_text
from judge.errors import LearnerError
from judge.job import RUN_STAGES
from judge.receipts.golden import EXPECTED, cut
from judge.replay import replay

GOLDEN = "tests/judge/golden"


def add_to(commands: Any) -> None:
    """Register the command."""
    parser = commands.add_parser("replay", help="judge a stored history again")
    parser.add_argument("history", metavar="FILE")
    parser.add_argument("--stage", choices=RUN_STAGES, default="fix")
    parser.add_argument("--golden", metavar="NAME", help="keep it for the tests, as NAME")
    parser.add_argument(
        "--golden-dir", metavar="DIR", default=GOLDEN, help=f"where (default: {GOLDEN})"
    )
    add_json(parser)
    parser.set_defaults(act=act)


def act(arguments: argparse.Namespace) -> int:
    """Replay, print the report and exit by the verdict."""
    path = Path(arguments.history)
    if not path.is_file():
        raise LearnerError("no-history", f"{path} is not a file. Name a stored history.")
    report = replay(path, stage=arguments.stage)
    if arguments.golden:
        kept = cut(path, arguments.golden, Path(arguments.golden_dir))
        print(f"kept as {kept}; read its row in {kept.parent / EXPECTED}", file=sys.stderr)
    print(report.to_json() if arguments.json else as_text(report))
    return OF_VERDICT[report.verdict]
