"""`judge doctor`: what this machine has, what it lacks, and what to do about it."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from typing import Any

from judge.cli.exit_codes import OURS, PASS
from judge.cli.options import add_data, add_json
from judge.doctor import examine
from judge.home import find_home


def add_to(commands: Any) -> None:
    """Register the command."""
    parser = commands.add_parser("doctor", help="check that this machine can run labs")
    add_json(parser)
    add_data(parser)
    parser.set_defaults(act=act)


def act(arguments: argparse.Namespace) -> int:
    """Examine, print, and exit 0 when all is well, else 4."""
    checks = examine(find_home(arguments.data))
    ok = all(check.ok for check in checks)
    if arguments.json:
        print(json.dumps({"ok": ok, "checks": [asdict(check) for check in checks]}))
        return PASS if ok else OURS
    for check in checks:
        print(f"{'ok  ' if check.ok else 'FAIL'}  {check.name}: {check.detail}")
        if not check.ok:
            print(f"      remedy: {check.remedy}")
    print("This machine can run labs." if ok else "This machine cannot run labs yet.")
    return PASS if ok else OURS
