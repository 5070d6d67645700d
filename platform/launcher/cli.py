"""What a person may type after ./faultline, and which part of the launcher does it."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from judge.home import Home, find_home
from launcher import packages, wheels
from launcher.datadir import open_data_dir, require_room, who_holds
from launcher.errors import RefusedError
from launcher.ports import require_free
from launcher.project import Project, find_project
from launcher.stages import stage

_EPILOG = """\
The first start downloads about 150 MB and takes some minutes; later ones take seconds.
Everything it keeps is in one data directory: FAULTLINE_DATA, or /var/lib/faultline for root and
~/.local/share/faultline for others. docs/operating.md has the rest.
"""

VENV_BYTES = 500_000_000
"""Room that a new `.venv` needs while pip unpacks it: 315 MB and what was downloaded (measured)."""

TEST_VENV_BYTES = 900_000_000
"""The same with the tests' packages: 594 MB in the end."""


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
        return _run(find_project(), arguments, words)
    except RefusedError as refusal:
        print(f"\n{refusal}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nfaultline: stopped; what is done so far is kept", file=sys.stderr)
        return 130
    except OSError as error:
        if error.errno != 28:  # ENOSPC
            raise
        print(f"\nfaultline: the disk is full: {error.filename}", file=sys.stderr)
        return 1


def _run(project: Project, arguments: argparse.Namespace, words: list[str]) -> int:
    if arguments.command == "lock":
        from launcher.lock import write_locks

        with stage("locks") as step:
            write_locks(project, step, arguments.upgrade)
        return 0
    home = find_home(arguments.data)
    if arguments.command == "down":
        from launcher.stopping import stop_other

        return stop_other(home)
    if sys.prefix != str(project.venv):
        _first_half(project, home, arguments)
        _hand_over(project, words)
    return _second_half(project, home, arguments)


def _first_half(project: Project, home: Home, arguments: argparse.Namespace) -> None:
    """What the system's Python does: refuse early, then packages and `.venv`."""
    with_tests = _with_tests(arguments)
    if arguments.command == "up":
        _refuse_early(home, arguments)
    if arguments.command in ("up", "setup", "test"):
        print(f"Faultline, data in {home.path}", flush=True)
        with stage("system packages") as step:
            needs = packages.RUNTIME + (packages.TEST if with_tests else ())
            packages.ensure_packages(needs, step)
    if not wheels.installed(project, with_tests):
        require_room(project.root, TEST_VENV_BYTES if with_tests else VENV_BYTES)
        with stage("Python packages") as step:
            wheels.ensure_wheels(project, with_tests, step)


def _refuse_early(home: Home, arguments: argparse.Namespace) -> None:
    """Nobody should wait minutes for downloads and then hear that the port is taken."""
    open_data_dir(home)
    if other := who_holds(home):
        raise RefusedError(
            f"Faultline is already running on {home.path} at {other.get('url')} "
            f"(process {other.get('pid')}).",
            "Use that one, stop it with ./faultline down, or choose another --data DIR and --port.",
        )
    require_free(arguments.host, arguments.port)


def _hand_over(project: Project, words: list[str]) -> None:
    """Go on as `.venv`'s Python, in this very process. Does not return."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    command = [str(project.python), "-P", "-m", "launcher", *words]
    os.execve(command[0], command, environment)  # noqa: S606


def _second_half(project: Project, home: Home, arguments: argparse.Namespace) -> int:
    """What `.venv`'s Python does. Imported here: the first half has not got what these need."""
    from launcher.environment import site_environment
    from launcher.preparing import prepare, prepare_engine, prepare_image

    host = getattr(arguments, "host", "127.0.0.1")
    if arguments.command in ("lint", "test"):
        from launcher.frontend import ensure_frontend_tools
        from launcher.testing import lint, test

        with stage("front-end tools") as step:
            ensure_frontend_tools(project, step)
        if arguments.command == "lint":
            return lint(project)
        prepare_engine(home)
        return test(project, home, arguments.args)
    open_data_dir(home)
    environment = site_environment(home, host, os.environ)
    if arguments.command == "manage":
        # In place of this process, so that questions at the keyboard reach it.
        command = [str(project.python), str(project.root / "manage.py"), *arguments.args]
        os.execve(command[0], command, environment)  # noqa: S606
    if getattr(arguments, "image", False):
        prepare_image(project, home, environment)
        return 0
    prepare(project, home, environment)
    if _with_tests(arguments) or arguments.command == "setup":
        return 0
    from launcher.serving import serve

    serve(project, home, host, arguments.port, environment)
    return 0


def _with_tests(arguments: argparse.Namespace) -> bool:
    return arguments.command in ("test", "lint") or getattr(arguments, "tests", False)


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or not 0 < int(text) < 65536:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port; use a number from 1 to 65535")
    return int(text)
