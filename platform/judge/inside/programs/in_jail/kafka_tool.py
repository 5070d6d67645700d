#!/runtime/bin/python3 -IS
"""Runs one of Kafka's tools in a JVM, as the script of that name would, and reports how it ended.

It stands where the tool would: the same streams, the same exit status, signals passed on, and
the JVM dies with it.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sys
import time

_FORWARDED = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT, signal.SIGUSR1)
_MOST_CHARS = 800
"""Of a line, so that no report is split: a pipe takes 4 KiB at once."""


def main() -> None:
    """Run it, and end as it ended."""
    script = os.path.basename(sys.argv[0])  # noqa: PTH119 - pathlib costs 10 ms of each start
    with open("/kafka/bin/kafka-tool.json", encoding="utf-8") as file:  # noqa: PTH123 - as above
        table = json.load(file)
    began_s = time.monotonic()
    words = [*table["java"], table["classes"][script], *sys.argv[1:]]
    told = int(os.environ.pop("FAULTLINE_TELL", "-1"))
    try:
        os.set_inheritable(told, False)
    except OSError:
        told = -1  # the script has closed it, or it runs where nobody listens
    command = ["/usr/bin/setpriv", "--pdeathsig", "KILL", "--", *words]
    child = os.posix_spawn(command[0], command, os.environ, setsigdef=[signal.SIGPIPE])
    for number in _FORWARDED:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, lambda got, _frame: os.kill(child, got))
    status = os.waitpid(child, 0)[1]
    ended_by = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
    code = 128 + ended_by if ended_by else os.WEXITSTATUS(status)
    if told >= 0:
        _tell(told, [script, *sys.argv[1:]], code, time.monotonic() - began_s)
    if ended_by:
        signal.signal(ended_by, signal.SIG_DFL)
        os.kill(os.getpid(), ended_by)
    os._exit(code)


def _tell(to: int, words: list[str], code: int, seconds: float) -> None:
    import shlex

    row = {"line": shlex.join(words)[:_MOST_CHARS], "code": code, "seconds": round(seconds, 3)}
    with contextlib.suppress(OSError):  # nobody listens any more
        os.write(to, json.dumps(row, ensure_ascii=False).encode(errors="replace") + b"\n")


if __name__ == "__main__":
    main()
