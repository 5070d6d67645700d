"""How a learner's program ended, and the sentence that tells the learner so."""

from __future__ import annotations

import signal
from dataclasses import asdict, dataclass
from typing import Any

from judge.inside.limits import Limits

REASONS = (
    "exited",
    "killed-by-us",
    "wall-clock",
    "memory",
    "output",
    "start-failed",
    "compile-error",
)


@dataclass(frozen=True, slots=True)
class ProgramExit:
    """The end of one run.

    Attributes:
        reason: one of REASONS. "exited" covers every end of the program's own, signals too.
        code: its exit status; None when a signal ended it, or it never ran.
        signal: the signal that ended it, when one did.
        stderr_tail: the last of its standard error; for "start-failed", what the jail said;
            for "compile-error", the problems in order, each as `file:line: message`.
        peak_memory_bytes: the most the watchdog saw.
        output_bytes: what it printed in all, the part over the limit included.
    """

    reason: str
    code: int | None = None
    signal: int | None = None
    stderr_tail: str = ""
    peak_memory_bytes: int = 0
    output_bytes: int = 0

    @property
    def failed(self) -> bool:
        """Whether it ended otherwise than well or by our hand."""
        if self.reason == "exited":
            return bool(self.code or self.signal)
        return self.reason != "killed-by-us"

    def to_dict(self) -> dict[str, Any]:
        """The exit as plain JSON types."""
        return asdict(self)


def explain(end: ProgramExit, limits: Limits) -> str:
    """One sentence for the learner: what ended the program, and the limit it met."""
    if end.reason == "wall-clock":
        return f"Your program was still running after {limits.wall_s:g} s and was stopped."
    if end.reason == "memory":
        return (
            f"Your program used more than the {limits.memory_bytes >> 20} MB of memory that it"
            " may use, all its processes together, and was stopped."
        )
    if end.reason == "output":
        return (
            f"Your program printed more than {limits.output_bytes >> 10} KB and was stopped."
            " Is something printing in a loop?"
        )
    if end.reason == "killed-by-us":
        return "Your program was ended because the run was over."
    if end.reason == "start-failed":
        return "Your program could not be started; that is our fault, not yours."
    if end.reason == "compile-error":
        first = end.stderr_tail.partition("\n")[0]
        return f"Your program does not compile. {first}"
    if end.signal is not None:
        return _explain_signal(end.signal, limits)
    if end.code == 0:
        return "Your program ended by itself."
    return f"Your program ended with exit status {end.code}."


def _explain_signal(number: int, limits: Limits) -> str:
    if number == signal.SIGXCPU:
        return f"Your program used more than {limits.cpu_s} s of processor time and was stopped."
    if number == signal.SIGXFSZ:
        return f"Your program wrote a file of more than {limits.file_bytes >> 20} MB."
    try:
        name = signal.Signals(number).name
    except ValueError:
        name = f"signal {number}"
    return f"Your program was ended by {name}."
