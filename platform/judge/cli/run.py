"""`judge run`: one lab, one solution or folder of files, one verdict."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from judge.cli.exit_codes import OF_VERDICT
from judge.cli.options import add_data, add_json, lab_folder
from judge.errors import LearnerError
from judge.events import Event, ignore
from judge.home import find_home
from judge.job import RUN_STAGES, Job, draw_seed
from judge.lab import Lab, load_lab
from judge.run import run
from judge.solutions import solution_files
from judge.verdict import Report


def add_to(commands: Any) -> None:
    """Register the command."""
    parser = commands.add_parser("run", help="run one lab on real brokers and judge it")
    parser.add_argument("lab", metavar="LAB", help="a lab's folder or slug")
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--solution", metavar="NAME", help="one of the lab's solutions, or 'starter'")
    what.add_argument("--files", metavar="DIR", help="a folder with the learner's files")
    parser.add_argument("--stage", choices=RUN_STAGES, default="fix")
    parser.add_argument("--seed", type=int, help="run it again as it was")
    parser.add_argument("--history", metavar="FILE", help="keep the history for `judge replay`")
    add_json(parser)
    add_data(parser)
    parser.set_defaults(act=act)


def act(arguments: argparse.Namespace) -> int:
    """Run, print the report and exit by the verdict."""
    lab = load_lab(lab_folder(arguments.lab))
    files = _files(arguments, lab)
    seed = draw_seed() if arguments.seed is None else arguments.seed
    report = run(
        Job(lab, arguments.stage, files, seed),
        ignore if arguments.json else _print_event,
        home=find_home(arguments.data),
        history_path=Path(arguments.history) if arguments.history else None,
    )
    print(report.to_json() if arguments.json else as_text(report))
    return OF_VERDICT[report.verdict]


def _files(arguments: argparse.Namespace, lab: Lab) -> dict[str, bytes]:
    if arguments.solution is not None:
        return solution_files(lab, arguments.solution)
    folder = Path(arguments.files)
    if not folder.is_dir():
        raise LearnerError("no-folder", f"{folder} is not a folder. Name one with your files.")
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.is_file()}


def _print_event(event: Event) -> None:
    if event.kind == "stage":
        print(f"{event.t_ms / 1000:7.2f} s  {event.data['label']}", file=sys.stderr)
    elif event.kind == "timeline":
        print(f"{event.t_ms / 1000:7.2f} s    {event.data['text']}", file=sys.stderr)


def as_text(report: Report) -> str:
    """The report as a person reads it in a terminal."""
    lines = [f"{report.verdict.value}  {report.lab}, stage {report.stage}, seed {report.seed}"]
    if report.reason_text:
        lines.append(f"  {report.reason_text}")
    for anomaly in report.anomalies:
        lines.append(f"  {anomaly.name} ({anomaly.cause}): {anomaly.summary}")
        lines.extend(f"    {evidence.what}" for evidence in anomaly.evidence)
    lines.extend(
        f"  {'kept   ' if check.kept else 'BROKEN ' if check.kept is False else 'unknown'}"
        f" {check.check}: {check.summary}"
        for check in report.checks
    )
    return "\n".join(lines)
