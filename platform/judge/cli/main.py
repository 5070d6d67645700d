"""Reads the command line and hands over to one module per command."""

from __future__ import annotations

import argparse
import json
import sys

from judge.cli import bench, check, doctor, replay, run, verify
from judge.cli.exit_codes import AUTHOR, OURS
from judge.errors import AuthorError, JudgeError, LearnerError

COMMANDS = (doctor, check, run, verify, replay, bench)


def main(argv: list[str] | None = None) -> int:
    """Run one command and return its exit code."""
    parser = argparse.ArgumentParser(
        prog="judge",
        description="Runs labs on real Kafka brokers and judges what the brokers did.",
        epilog="exit codes: 0 pass, 1 fail, 2 inconclusive, 3 author's or learner's error, 4 ours",
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for command in COMMANDS:
        command.add_to(commands)
    arguments = parser.parse_args(argv)
    try:
        return int(arguments.act(arguments))
    except (AuthorError, LearnerError) as wrong:
        return _blame(arguments, wrong, AUTHOR)
    except JudgeError as ours:
        return _blame(arguments, ours, OURS)
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        return 130


def _blame(arguments: argparse.Namespace, error: Exception, code: int) -> int:
    if getattr(arguments, "json", False):
        print(json.dumps({"error": str(error), "kind": type(error).__name__}))
    print(f"judge: {error}", file=sys.stderr)
    return code
