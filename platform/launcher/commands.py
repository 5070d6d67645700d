"""What each command does: a half with the system's Python, and a half with `.venv`'s."""

from __future__ import annotations

import argparse
import os
import sys

from judge.home import Home, find_home
from launcher import packages, wheels
from launcher.datadir import open_data_dir, require_room, require_unheld
from launcher.ports import require_free
from launcher.project import Project
from launcher.stages import stage

VENV_BYTES = 500_000_000
"""Room that a new `.venv` needs while pip unpacks it: 315 MB and what was downloaded (measured)."""

TEST_VENV_BYTES = 900_000_000
"""The same with the tests' packages: 594 MB in the end."""


def run(project: Project, arguments: argparse.Namespace, words: list[str]) -> int:
    """Do what was typed and return the exit code; `words` is what the second half is given.

    Raises:
        RefusedError: it cannot be done here, for a reason that a person can mend.
    """
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
    require_unheld(home)
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

    if _with_tests(arguments):
        from launcher.frontend import ensure_frontend_tools

        with stage("front-end tools") as step:
            ensure_frontend_tools(project, step)
    if arguments.command in ("lint", "test"):
        from launcher.testing import lint, test

        if arguments.command == "lint":
            return lint(project)
        prepare_engine(home)
        return test(project, home, arguments.args)
    open_data_dir(home)
    host = getattr(arguments, "host", "127.0.0.1")
    environment = site_environment(home, host, os.environ)
    if arguments.command == "manage":
        # In place of this process, so that questions at the keyboard reach it.
        command = [str(project.python), str(project.root / "manage.py"), *arguments.args]
        os.execve(command[0], command, environment)  # noqa: S606
    if getattr(arguments, "image", False):
        prepare_image(project, home, environment)
        return 0
    prepare(project, home, environment)
    if arguments.command == "setup":
        return 0
    from launcher.serving import serve

    serve(project, home, host, arguments.port, environment)
    return 0


def _with_tests(arguments: argparse.Namespace) -> bool:
    return arguments.command in ("test", "lint") or getattr(arguments, "tests", False)
