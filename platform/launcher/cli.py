"""What a person may type after ./faultline, and how a refusal is said."""

from __future__ import annotations

import argparse
import errno
import sys
from collections.abc import Sequence

from launcher.commands import run
from launcher.errors import RefusedError
from launcher.project import find_project

_EPILOG = """\
The first start downloads about 170 MB and takes some minutes; later ones take seconds.
Everything it keeps is in one data directory: FAULTLINE_DATA, or /var/lib/faultline for root and
~/.local/share/faultline for others. docs/operating.md has the rest.
"""


def parser() -> argparse.ArgumentParser:
    """The command line: subcommands with their options."""
    data = argparse.ArgumentParser(add_help=False)
    data.add_argument("--data", metavar="DIR", help="the data directory")
    top = argparse.ArgumentParser(
        prog="./faultline",
        description="Interview training on real Apache Kafka.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = top.add_subparsers(dest="command", metavar="COMMAND", title="commands")
    up = commands.add_parser("up", parents=[data], help="set up what is missing, then serve")
    up.add_argument("--port", type=_port, default=8000, help="the port to serve on (8000)")
    up.add_argument(
        "--host",
        default="127.0.0.1",
        help="the address to listen on (127.0.0.1; 0.0.0.0 lets other machines in)",
    )
    commands.add_parser("down", parents=[data], help="stop the one that runs on the data directory")
    setup = commands.add_parser("setup", parents=[data], help="set up what is missing, no more")
    setup.add_argument("--tests", action="store_true", help="also what the tests need")
    setup.add_argument("--image", action="store_true", help="all but the database, for an image")
    test = commands.add_parser(
        "test", parents=[data], help="set up for tests, then run them all (or pytest with ARGS)"
    )
    test.usage = f"{test.prog} [-h] [--data DIR] [ARGS of pytest ...]"
    commands.add_parser("lint", parents=[data], help="ruff, mypy and the import rules only")
    manage = commands.add_parser(
        "manage", parents=[data], help="one of Django's commands, in the site's environment"
    )
    manage.usage = f"{manage.prog} [-h] [--data DIR] COMMAND [ARGS ...]"
    lock = commands.add_parser("lock", help="write the lock files anew from pyproject.toml")
    lock.add_argument("--upgrade", action="store_true", help="take the newest that fits")
    commands.add_parser("help", help="show this")
    return top


def parse(words: Sequence[str]) -> argparse.Namespace:
    """The arguments. After `test` and `manage`, `args` holds all that is not for the launcher."""
    own, rest = list(words), []
    if own and own[0] in ("test", "manage"):
        # argparse would take options of pytest for misspelt ones of ours.
        end = 1
        while end < len(own) and own[end].split("=")[0] in ("--data", "-h", "--help"):
            end += 2 if own[end] == "--data" else 1
        own, rest = own[:end], own[end:]
    arguments = parser().parse_args(own)
    arguments.args = rest
    return arguments


def main(argv: Sequence[str] | None = None) -> int:
    """Do what the arguments say and return the exit code. A refusal is never a traceback."""
    words = list(sys.argv[1:] if argv is None else argv)
    arguments = parse(words)
    if arguments.command in (None, "help"):
        parser().print_help()
        return 0
    try:
        return run(find_project(), arguments, words)
    except RefusedError as refusal:
        print(f"\n{refusal}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nfaultline: stopped; what is done so far is kept", file=sys.stderr)
        return 130
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        print(f"\nfaultline: the disk is full: {error.filename}", file=sys.stderr)
        return 1


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or not 0 < int(text) < 65536:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port; use a number from 1 to 65535")
    return int(text)
