"""What every kind of program is to the jail: files made ready, and a command to run them by."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

from judge.errors import JudgeError
from judge.inside.exits import ProgramExit
from judge.inside.limits import Limits
from judge.inside.network import Network

RUNTIME_AT = "/runtime"
"""Where the learner's Python is. Its own path would tell where the host keeps things, and whose."""

BIN_AT = "/kafka/bin"
"""Where the commands of a kind are that has some of its own."""


@dataclass(frozen=True, slots=True)
class Launch:
    """One start, as the jail carries it out.

    Attributes:
        command: the whole command line, inside.
        mounts: source and place of files and folders, all read-only.
        env: added to an environment that is otherwise next to empty.
        bin: what its folder of commands holds, if it has one: the text of a file, or, with
            `->` before it, what a symbolic link leads to. The folder is at BIN_AT.
        hears: whether it may read its standard input; else that is at its end from the start.
        tells: whether the commands it runs report themselves, on a descriptor of their own.
        python: the Python among its mounts, if any.
    """

    command: tuple[str, ...]
    mounts: tuple[tuple[Path, str], ...]
    env: Mapping[str, str] = field(default_factory=dict)
    bin: Mapping[str, str] = field(default_factory=dict)
    hears: bool = True
    tells: bool = False
    python: Path | None = None


@dataclass(frozen=True, slots=True)
class Built:
    """Files that a kind has made ready to run; `Program` takes them as they are."""

    files: Mapping[str, bytes]


@dataclass(frozen=True, slots=True)
class Command:
    """One command that a program ran, as it reported it: for display, never for a verdict.

    Attributes:
        line: the command with its arguments, cut at 800 characters.
        code: its exit status, 128 + n for signal n.
        seconds: from start to end.
        at_s: when the report came, on the monotonic clock.
    """

    line: str
    code: int
    seconds: float
    at_s: float


OnCommand = Callable[[Command], None]


class UnfitProgramError(Exception):
    """The learner's files cannot be made into a program; `exit` says why, as if it had ended."""

    def __init__(self, end: ProgramExit) -> None:
        super().__init__(end.reason)
        self.exit = end


def raised(limits: Limits, memory_bytes: int, processes: int) -> Limits:
    """The same limits with at least so much memory and so many processes and threads."""
    return replace(
        limits,
        memory_bytes=max(limits.memory_bytes, memory_bytes),
        processes=max(limits.processes, processes),
    )


class Kind(Protocol):
    """A kind of program: what the learner's files are, and what runs them."""

    @property
    def name(self) -> str:
        """As `client` in lab.toml has it."""

    def fit(self, limits: Limits) -> Limits:
        """The lab's limits, raised where this kind could not even start within them."""

    def build(self, files: Mapping[str, bytes], limits: Limits, network: Network) -> Built:
        """Make the learner's files ready; may run a jail of its own.

        Raises:
            UnfitProgramError: they are no program, by the learner's doing.
            JudgeError: something of ours failed.
        """

    def launch(self, argv: Sequence[str]) -> Launch:
        """How to run what `build` made: the entry file, then its arguments.

        Raises:
            JudgeError: something that it needs is not installed.
        """


def learner_python() -> Path:
    """The virtual environment of learner's programs. Set by the command that started the sandbox.

    Raises:
        JudgeError: "learner-runtime-missing": it is not there.
    """
    return checked_python(Path(os.environ["FAULTLINE_RUNTIME"]))


def checked_python(runtime: Path) -> Path:
    """`runtime`, if there is a Python in it; else raises JudgeError "learner-runtime-missing"."""
    if not (runtime / "bin" / "python3").exists():
        text = "The learner's Python is not installed; run `./faultline up` once."
        raise JudgeError("learner-runtime-missing", text, str(runtime))
    return runtime
