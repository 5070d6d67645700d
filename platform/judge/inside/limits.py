"""How much a learner's program may use, and what to tell the learner when it used more."""

from __future__ import annotations

import os
import resource
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

ADDRESS_SPACE_BYTES = 4 << 30
"""A backstop only. As the memory limit it is poor: 1 GiB of address space allowed just 14 Python
threads, or 4 librdkafka producers, however little they used. The watchdog is the limit."""

OPEN_FILES = 256
TMP_FILES = 2048
LINE_BYTES = 64 << 10
"""Lines of output are cut at this length; the rest of such a line is dropped."""

_OOM_SCORE = b"900"
"""When the machine runs out of memory the kernel should take the learner's program first."""

_LOCKED_BYTES = 64 << 10


@dataclass(frozen=True, slots=True)
class Limits:
    """What one run of a learner's program may use. The defaults are what docs/sandbox.md says.

    Attributes:
        wall_s: seconds from start to end, then everything in the jail is killed.
        memory_bytes: of all its processes together, as the watchdog sums it every 50 ms.
        processes: processes and threads at once, the jail's own few included.
        output_bytes: standard output and error together.
        file_bytes: the longest file.
        tmp_bytes: everything in /tmp together.
        cpu_s: processor seconds of each process.
    """

    wall_s: float = 60.0
    memory_bytes: int = 256 << 20
    processes: int = 64
    output_bytes: int = 1 << 20
    file_bytes: int = 32 << 20
    tmp_bytes: int = 32 << 20
    cpu_s: int = 60

    def to_dict(self) -> dict[str, Any]:
        """The limits as plain JSON types."""
        return asdict(self)


def limits_from_dict(row: dict[str, Any]) -> Limits:
    """The limits that `Limits.to_dict` wrote; what is missing takes its default.

    Raises TypeError on an unknown key.
    """
    return Limits(**row)


def applying(limits: Limits) -> Callable[[], None]:
    """A `preexec_fn` that sets the kernel's own limits on the jail and all it starts.

    The number of processes is not among them: set here it would count the brokers' threads,
    which run as the same user. `process_limit_command` sets it, inside.
    """
    values = (
        (resource.RLIMIT_AS, ADDRESS_SPACE_BYTES),
        (resource.RLIMIT_FSIZE, limits.file_bytes),
        (resource.RLIMIT_NOFILE, OPEN_FILES),
        (resource.RLIMIT_CPU, limits.cpu_s),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_MEMLOCK, _LOCKED_BYTES),
        (resource.RLIMIT_MSGQUEUE, 0),
        (resource.RLIMIT_RTPRIO, 0),
        (resource.RLIMIT_SIGPENDING, 256),
    )

    def apply() -> None:
        score = os.open("/proc/self/oom_score_adj", os.O_WRONLY)
        os.write(score, _OOM_SCORE)
        os.close(score)
        for kind, value in values:
            resource.setrlimit(kind, (value, value))

    return apply


def process_limit_command(limits: Limits) -> list[str]:
    """The command prefix that sets the number of processes from inside the jail."""
    return ["/usr/bin/prlimit", f"--nproc={limits.processes}:{limits.processes}", "--"]
