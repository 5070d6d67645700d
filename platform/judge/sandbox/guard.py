"""Makes a sandbox end with its caller, at whatever moment and however the caller ends.

bwrap's own --die-with-parent does not: a bwrap that is killed while its child waits to be set up
leaves that child waiting for ever. So bwrap is never killed. A guardian on the host holds the
only writing end of a pipe, and the kernel kills it with the caller's thread; a watcher inside the
sandbox waits for the end of that pipe and then kills everything there, itself last.
"""

from __future__ import annotations

import os
from dataclasses import dataclass

# bash, since dash cannot name a descriptor above 9. The `exit` keeps it from becoming the child.
_GUARDIAN = '(eval "exec $1>&-"; shift; exec "$@"); exit $?'

LIFELINE = "FAULTLINE_LIFELINE"
"""The variable that tells the supervisor the number of the pipe's reading end."""


@dataclass(slots=True)
class Guard:
    """The descriptors that a guarded sandbox takes over when it is started.

    The status pipe's reading end is among them: without it a bwrap that reports to a caller who
    is dead by then gives up, and leaves its child waiting.
    """

    status: int
    status_reader: int
    lifeline_inside: int
    lifeline_guardian: int

    def command(self) -> list[str]:
        """The prefix that makes a process the guardian of the command that follows it."""
        held = str(self.lifeline_guardian)
        return ["setpriv", "--pdeathsig", "KILL", "--", "bash", "-c", _GUARDIAN, "guardian", held]

    def options(self) -> list[str]:
        """What bwrap has to be told."""
        inside = ["--setenv", LIFELINE, str(self.lifeline_inside)]
        return ["--json-status-fd", str(self.status), *inside]

    def descriptors(self) -> tuple[int, ...]:
        """What the sandbox inherits."""
        return (self.status, self.status_reader, self.lifeline_inside, self.lifeline_guardian)

    def close(self) -> None:
        """Close here what is not ours to hold: all but the reading end of the status pipe."""
        for fd in (self.status, self.lifeline_inside, self.lifeline_guardian):
            os.close(fd)


def make_guard() -> Guard:
    """A guard for one sandbox."""
    reader, status = os.pipe()
    inside, guardian = os.pipe()
    return Guard(status, reader, inside, guardian)
