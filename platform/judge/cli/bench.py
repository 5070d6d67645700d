"""`judge bench`: the figures the design promises, measured on this machine now."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any

from judge.bench.checkers import OPERATIONS, bench_checkers
from judge.bench.concurrency import ATTEMPTS, MOST_AT_ONCE, bench_concurrency
from judge.bench.leftovers import RUNS, SANDBOXES, bench_leftovers
from judge.bench.overhead import bench_overhead
from judge.cli.exit_codes import FAIL, PASS
from judge.cli.options import add_data, add_json, lab_folder
from judge.home import find_home
from judge.lab import load_lab


def add_to(commands: Any) -> None:
    """Register the command."""
    parser = commands.add_parser("bench", help="measure start-up and overhead")
    which = parser.add_subparsers(dest="bench", required=True, metavar="WHAT")
    start = which.add_parser("start", help="stock against cold and warm start of a cluster")
    start.set_defaults(act=act_start)
    overhead = which.add_parser("overhead", help="attempt time minus scenario time, warm")
    overhead.add_argument("--lab", default="labs/acked-then-gone", metavar="LAB")
    overhead.add_argument("--operations", type=int, default=100_000, metavar="N")
    overhead.set_defaults(act=act_overhead)
    concurrency = which.add_parser("concurrency", help="attempts a minute, 1 to 6 at once")
    concurrency.add_argument("--lab", default="labs/acked-then-gone", metavar="LAB")
    concurrency.add_argument("--most", type=int, default=MOST_AT_ONCE, metavar="N", help="at once")
    concurrency.add_argument(
        "--attempts", type=int, default=ATTEMPTS, metavar="N", help="for each number at once"
    )
    concurrency.set_defaults(act=act_concurrency)
    checkers = which.add_parser("checkers", help="seconds and memory of a verdict, and the fit")
    checkers.add_argument("--operations", type=int, default=OPERATIONS, metavar="N")
    checkers.set_defaults(act=act_checkers)
    add_json(checkers)
    leftovers = which.add_parser("leftovers", help="what sandboxes and runs leave behind")
    leftovers.add_argument("--lab", default="labs/acked-then-gone", metavar="LAB")
    leftovers.add_argument("--sandboxes", type=int, default=SANDBOXES, metavar="N")
    leftovers.add_argument("--runs", type=int, default=RUNS, metavar="N")
    leftovers.set_defaults(act=act_leftovers)
    for each in (start, overhead, concurrency, leftovers):
        add_json(each)
        add_data(each)


def act_start(arguments: argparse.Namespace) -> int:
    """Measure and print the start figures."""
    from judge.bench.start import bench_start

    figures = bench_start(find_home(arguments.data), _tell)
    return _print(figures, arguments)


def act_overhead(arguments: argparse.Namespace) -> int:
    """Measure and print the overhead figures."""
    lab = load_lab(lab_folder(arguments.lab))
    figures = bench_overhead(lab, home=find_home(arguments.data), operations=arguments.operations)
    return _print(figures, arguments)


def act_concurrency(arguments: argparse.Namespace) -> int:
    """Measure and print attempts a minute for each number at once."""
    curve = bench_concurrency(
        load_lab(lab_folder(arguments.lab)),
        home=find_home(arguments.data),
        on_progress=_tell,
        most_at_once=arguments.most,
        attempts=arguments.attempts,
    )
    return _print(curve, arguments)


def act_leftovers(arguments: argparse.Namespace) -> int:
    """Start and end sandboxes and runs, and print what they have left."""
    figures = bench_leftovers(
        load_lab(lab_folder(arguments.lab)),
        home=find_home(arguments.data),
        on_progress=_tell,
        sandboxes=arguments.sandboxes,
        runs=arguments.runs,
    )
    _print(figures, arguments)
    return PASS if figures["clean"] else FAIL


def act_checkers(arguments: argparse.Namespace) -> int:
    """Measure and print what a verdict costs."""
    return _print(bench_checkers(arguments.operations), arguments)


def _tell(text: str) -> None:
    """How far a measurement has come: not on standard output, which is for the figures."""
    print(text, file=sys.stderr, flush=True)


def _print(figures: dict[str, Any], arguments: argparse.Namespace) -> int:
    if arguments.json:
        print(json.dumps(figures))
    else:
        for name, value in figures.items():
            print(f"{name:16} {value}")
    return PASS
