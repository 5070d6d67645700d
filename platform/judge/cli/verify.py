"""`judge verify`: every solution of a lab, on real brokers, against what it declares."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from judge.cli.exit_codes import FAIL, INCONCLUSIVE, PASS
from judge.cli.options import add_data, add_json, lab_folder
from judge.cli.standing import print_standing
from judge.home import find_home
from judge.lab import Lab, lab_folders, load_lab
from judge.receipts.book import Book
from judge.verify import Try, verify


def add_to(commands: Any) -> None:
    """Register the command."""
    parser = commands.add_parser("verify", help="run every solution of labs and compare")
    parser.add_argument("labs", nargs="*", metavar="LAB", help="folders (default: all in labs/)")
    parser.add_argument("--all", action="store_true", help="every lab in labs/")
    parser.add_argument("--check", action="store_true", help="read the receipts, run nothing")
    times = parser.add_mutually_exclusive_group()
    times.add_argument("--repeat", type=_at_least_one, default=1, metavar="N")
    times.add_argument(
        "--at-least", type=_at_least_one, metavar="N", help="only what the receipts lack until N"
    )
    parser.add_argument("--jobs", type=_at_least_one, default=1, metavar="N", help="runs at once")
    parser.add_argument("--load", action="store_true", help="keep every core busy meanwhile")
    parser.add_argument("--solution", metavar="NAME", help="only this one")
    parser.add_argument("--histories", metavar="DIR", help="keep every history there")
    parser.add_argument("--no-receipt", action="store_true", help="write nothing down")
    add_json(parser)
    add_data(parser)
    parser.set_defaults(act=act)


def act(arguments: argparse.Namespace) -> int:
    """Verify, print the matrix, and exit 1 on a wrong verdict."""
    labs = _labs(arguments)
    if arguments.check:
        return print_standing(labs, as_json=arguments.json)
    machine = "load" if arguments.load else "idle"
    matrix = verify(
        labs,
        home=find_home(arguments.data),
        repeat=arguments.repeat,
        at_least=arguments.at_least or 0,
        jobs=arguments.jobs,
        only=arguments.solution,
        on_try=_print_try,
        histories=Path(arguments.histories) if arguments.histories else None,
        load=arguments.load,
        book=None if arguments.no_receipt else Book(machine, labs),
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


def _labs(arguments: argparse.Namespace) -> list[Lab]:
    named = [] if arguments.all else [lab_folder(name) for name in arguments.labs]
    return [load_lab(folder) for folder in named or lab_folders(Path("labs"))]


def _at_least_one(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return number


def _print_try(each: Try) -> None:
    sign = "WRONG" if each.wrong else "?" if each.inconclusive else "ok"
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
            sign = _sign(outcome, expected)
            print(
                f"  {sign} {stage:10} {outcome} x{times}"
                + ("" if outcome == expected else f"   expected {expected}")
            )


def _sign(outcome: str, expected: str) -> str:
    if outcome.startswith("INCONCLUSIVE"):
        return "?    "
    return "ok   " if outcome == expected else "WRONG"
