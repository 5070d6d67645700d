"""Runs the Java compiler in a jail of its own, and takes what it made back over a pipe."""

from __future__ import annotations

import base64
import json
import os
import signal
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from judge.errors import JudgeError
from judge.inside.exits import ProgramExit
from judge.inside.limits import Limits
from judge.inside.network import Network
from judge.inside.programs.kind import BIN_AT, RUNTIME_AT, Built, Launch, learner_python
from judge.kafka.program_archives import COMPILER_MAIN, JAVA_LEVEL
from judge.kafka.runtime import java_path
from judge.kafka.toolbox import KAFKA_AT, client_box, compiler_box

LIMITS = Limits(
    wall_s=120.0,
    memory_bytes=384 << 20,
    processes=128,
    output_bytes=8 << 20,
    cpu_s=30,
)
"""One file takes 0.8 s of processor time. The wall clock is ours: a busy machine is no error."""

_SCRIPT = Path(__file__).with_name("in_jail") / "compile_java.py"


@dataclass(frozen=True, slots=True)
class Compilation:
    """The jar, or the end that tells why there is none."""

    jar: bytes = b""
    end: ProgramExit | None = None


@dataclass(frozen=True, slots=True)
class _Compiler:
    """The kind of program that the compiler is to the jail."""

    name: str = "compiler"

    def fit(self, limits: Limits) -> Limits:
        return limits

    def build(self, files: Mapping[str, bytes], limits: Limits, network: Network) -> Built:
        return Built(files)

    def launch(self, argv: Sequence[str]) -> Launch:
        runtime, box, against = learner_python(), compiler_box(), client_box()
        kafka, java = Path(os.environ["FAULTLINE_KAFKA"]), java_path().parent.parent
        options = [COMPILER_MAIN, *JAVA_LEVEL, "-g", "-nowarn", "-maxProblems", "50"]
        options += ["-cp", against.class_path(KAFKA_AT)]
        jars = [(kafka / jar, f"{KAFKA_AT}/{jar}") for jar in against.jars]
        return Launch(
            (f"{RUNTIME_AT}/bin/python3", "-IS", f"{BIN_AT}/compile", *box.command(), *options),
            ((runtime, RUNTIME_AT), *box.mounts(kafka, java), *jars),
            bin={"compile": _SCRIPT.read_text(encoding="utf-8")},
            hears=False,
            python=runtime,
        )


def compile_java(files: Mapping[str, bytes], network: Network) -> Compilation:
    """Compile every .java file of `files`; no annotation processor is run.

    Raises:
        JudgeError: "compiler-failed": it ended, or was ended, without a word on the program.
    """
    from judge.inside.jail import Program  # which knows the kinds, of which this is a part

    said: list[str] = []
    complaints: list[str] = []

    def heard(stream: str, text: str, _at_s: float) -> None:
        (said if stream == "stdout" else complaints).append(text)

    sources = {name: body for name, body in files.items() if name.endswith(".java")}
    program = Program(Built(sources), [], LIMITS, heard, network=network, kind=_Compiler())
    end = program.start().wait()
    assert end is not None  # noqa: S101 - no time was set
    problems = [_problem(line) for line in said if line.startswith("problem ")]
    if problems:
        return _refused(problems)
    if end.reason == "memory":
        return _refused([f"it takes more than {LIMITS.memory_bytes >> 20} MB to compile"])
    if end.signal == signal.SIGXCPU:
        return _refused([f"it takes more than {LIMITS.cpu_s} s of processor time to compile"])
    if end.reason != "exited" or said[-1:] != ["done"]:
        detail = "\n".join([end.reason, *complaints])[-4000:]
        raise JudgeError("compiler-failed", "The Java compiler failed.", detail)
    jar = b"".join(base64.b64decode(line[4:]) for line in said if line.startswith("jar "))
    return Compilation(jar)


def _problem(line: str) -> str:
    row = json.loads(line.removeprefix("problem "))
    return f"{row['file']}:{row['line']}: {row['message']}"


def _refused(problems: Sequence[str]) -> Compilation:
    return Compilation(end=ProgramExit("compile-error", stderr_tail="\n".join(problems)[:8000]))
