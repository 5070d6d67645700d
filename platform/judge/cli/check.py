"""`judge check`: reads labs as the site would and says what is wrong in them."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from judge.cli.exit_codes import AUTHOR, PASS
from judge.cli.options import add_json, lab_folder
from judge.errors import AuthorError
from judge.lab import lab_folders, load_lab
from judge.solutions import load_solutions


def add_to(commands: Any) -> None:
    """Register the command."""
    parser = commands.add_parser("check", help="check the folders of labs without running them")
    parser.add_argument("labs", nargs="*", metavar="LAB", help="folders (default: all in labs/)")
    add_json(parser)
    parser.set_defaults(act=act)


def act(arguments: argparse.Namespace) -> int:
    """Check each lab; exit 3 when one is broken."""
    rows: list[dict[str, Any]] = []
    folders = [lab_folder(name) for name in arguments.labs] or lab_folders(Path("labs"))
    for folder in folders:
        rows.append(_check(folder))
    if arguments.json:
        print(json.dumps({"ok": all(row["ok"] for row in rows), "labs": rows}))
    else:
        for row in rows:
            print(f"{'ok  ' if row['ok'] else 'FAIL'}  {row['lab']}: {row['detail']}")
    return PASS if all(row["ok"] for row in rows) else AUTHOR


def _check(folder: Path) -> dict[str, Any]:
    try:
        lab = load_lab(folder)
        solutions = load_solutions(lab)
    except AuthorError as wrong:
        return {"lab": str(folder), "ok": False, "detail": str(wrong)}
    return {"lab": str(folder), "ok": True, "detail": f"{lab.title}, {len(solutions)} solutions"}
