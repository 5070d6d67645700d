"""The kind `java`: sources compiled in a jail of their own, then run beside Kafka's clients."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from judge.inside.limits import Limits
from judge.inside.network import Network
from judge.inside.programs.compiling import Compilation, compile_java
from judge.inside.programs.kind import BIN_AT, Built, Launch, UnfitProgramError, raised
from judge.kafka.runtime import java_path
from judge.kafka.toolbox import client_box

MEMORY_BYTES = 320 << 20
PROCESSES = 128
"""A JVM with a producer has 20 threads, 128 MB of heap, and 90 MB beside it."""

_JAR = "program.jar"


@dataclass(frozen=True, slots=True)
class Java:
    """The class path holds the clients, what compresses for them, a logger, and the program."""

    name: str = "java"

    def fit(self, limits: Limits) -> Limits:
        """Room for one JVM."""
        return raised(limits, MEMORY_BYTES, PROCESSES)

    def build(self, files: Mapping[str, bytes], limits: Limits, network: Network) -> Built:
        """Compile; about 1 s, or several on a busy machine.

        Raises:
            UnfitProgramError: "compile-error", with file, line and message of each problem.
            JudgeError: the compiler itself failed, or did not end in time.
        """
        made: Compilation = compile_java(files, network)
        if made.end is not None:
            raise UnfitProgramError(made.end)
        return Built({**files, _JAR: made.jar})

    def launch(self, argv: Sequence[str]) -> Launch:
        """The class that the entry file is named after."""
        entry, *arguments = argv
        box = client_box()
        kafka, java = Path(os.environ["FAULTLINE_KAFKA"]), java_path().parent.parent
        command = box.command(f"{BIN_AT}/{_JAR}")
        return Launch(
            (*command, entry.removesuffix(".java"), *arguments),
            tuple(box.mounts(kafka, java)),
            # A link, since an archive fits only jars that lie below one folder.
            bin={_JAR: f"-> /work/{_JAR}"},
        )
