"""`judge verify`: every solution of a lab, on real brokers, against what it declares."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from judge.cli.exit_codes import FAIL, INCONCLUSIVE, PASS
from judge.cli.options import add_data, add_json, lab_folder
from judge.home import find_home
from judge.lab import lab_folders, load_lab
from judge.verify import Try, verify


def add_to(commands: Any) -> None:
    """Register the command."""
    parser = commands.add_parser("verify", help="run every solution of labs and compare")
    parser.add_argument("labs", nargs="*", metavar="LAB", help="folders (default: all in labs/)")
    parser.add_argument("--repeat", type=int, default=1, metavar="N")
    parser.add_argument("--jobs", type=int, default=1, metavar="N", help="runs at once")
    parser.add_argument("--solution", metavar="NAME", help="only this one")
    parser.add_argument("--histories", metavar="DIR", help="keep every history there")
    add_json(parser)
    add_data(parser)
    parser.set_defaults(act=act)


def act(arguments: argparse.Namespace) -> int:
    """Verify, print the matrix, and exit 1 on a wrong verdict."""
    folders = [lab_folder(name) for name in arguments.labs] or lab_folders(Path("labs"))
    matrix = verify(
        [load_lab(folder) for folder in folders],
        home=find_home(arguments.data),
        repeat=arguments.repeat,
        jobs=arguments.jobs,
        only=arguments.solution,
        on_try=_print_try,
        histories=Path(arguments.histories) if arguments.histories else None,
    ).to_dict()
    if arguments.json:
        print(json.dumps(matrix))
    else:
        for row in matrix["rows"]:
            _print_row(row)
        print(
            f"{matrix['runs']} runs, {matrix['wrong']} wrong, {matrix['inconclusive']} inconclusive"
        )
    if matrix["wrong"]:
        return FAIL
    return INCONCLUSIVE if matrix["inconclusive"] else PASS


def _print_try(each: Try) -> None:
    sign = "?" if each.inconclusive else "WRONG" if each.wrong else "ok"
    print(
        f"{sign:5}  {each.lab} {each.solution} seed {each.seed}: "
        f"{'; '.join(f'{stage} {got}' for stage, got in each.got.items())} "
        f"({each.seconds:.1f} s)",
        file=sys.stderr,
        flush=True,
    )


def _print_row(row: dict[str, Any]) -> None:
    print(f"{row['lab']} {row['solution']}")
    for stage, counted in row["got"].items():
        expected = row["expected"].get(stage, "")
        for outcome, times in counted.items():
            print(
                f"  {'ok   ' if outcome == expected else 'WRONG'} {stage:10} {outcome} x{times}"
                + ("" if outcome == expected else f"   expected {expected}")
            )
