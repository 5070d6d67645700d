"""The operation `program`: one run of a program in the jail, without any scenario around it."""

from __future__ import annotations

import base64
import threading
from collections.abc import Mapping, Sequence
from typing import Any

from judge.inside.exits import explain
from judge.inside.jail import Program
from judge.inside.limits import limits_from_dict
from judge.inside.programs import KINDS
from judge.inside.programs.kind import Command
from judge.inside.stage import Stage


def run_program(
    stage: Stage,
    *,
    files: Mapping[str, str],
    argv: Sequence[str],
    limits: Mapping[str, Any] | None = None,
    stdin_lines: Sequence[str] = (),
    env: Mapping[str, str] | None = None,
    kind: str = "python",
) -> dict[str, Any]:
    """Run it to its end and return {"exit", "explained", "stdout", "stderr", "commands"}.

    `files` are base64 by name. The output is what the limits let through, with cut lines.
    """
    said: dict[str, list[str]] = {"stdout": [], "stderr": []}
    bounds = limits_from_dict(dict(limits or {}))
    commands: list[Command] = []
    if stage.tap is not None:
        stage.tap.guard(administers=kind == "runbook")
    program = Program(
        {name: base64.b64decode(body) for name, body in files.items()},
        argv,
        bounds,
        lambda stream, text, _t: said[stream].append(text),
        network=stage.network,
        env=env,
        kind=KINDS[kind],
        on_command=commands.append,
    ).start()
    threading.Thread(target=_feed, args=(program, stdin_lines), daemon=True).start()
    threading.Thread(target=_stop, args=(stage, program), daemon=True).start()
    end = program.wait()
    assert end is not None  # noqa: S101 - no time was set
    output = {stream: "\n".join(lines) for stream, lines in said.items()}
    ran = [{"line": one.line, "code": one.code, "seconds": one.seconds} for one in commands]
    told = {"explained": explain(end, program.limits), "commands": ran}
    return {"exit": end.to_dict(), **told, **output}


def _feed(program: Program, lines: Sequence[str]) -> None:
    for line in lines:
        if not program.send(line):
            return
    program.close_stdin()


def _stop(stage: Stage, program: Program) -> None:
    while program.exit is None:
        if stage.stop_requested.wait(0.1):
            program.kill()
            return
