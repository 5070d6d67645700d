"""The kind `runbook`: a POSIX shell script of Kafka's own command line tools."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from judge.inside.limits import Limits
from judge.inside.network import Network
from judge.inside.programs.kind import BIN_AT, RUNTIME_AT, Built, Launch, learner_python, raised
from judge.kafka.commands import COMMANDS
from judge.kafka.runtime import java_path
from judge.kafka.toolbox import tools_box

MEMORY_BYTES = 512 << 20
PROCESSES = 256
"""A tool's JVM has about 20 threads and 70 MB; a pipe of three must have room."""

PLAIN_COMMANDS = """
    basename cat comm cp cut date diff dirname env expr false grep head ls mkdir mktemp mv paste
    printf rm sed seq sh sleep sort tail tee test timeout touch tr true uniq wc xargs
"""
_AWKS = ("mawk", "gawk", "original-awk")
"""`awk` itself is a link by way of /etc/alternatives, which no jail has."""

_TOOL = Path(__file__).with_name("in_jail") / "kafka_tool.py"
_TOOL_NAME = "kafka-tool"


@dataclass(frozen=True, slots=True)
class Runbook:
    """Each tool is a JVM of its own, as at work: its exit status, its streams, its signals."""

    name: str = "runbook"

    def fit(self, limits: Limits) -> Limits:
        """Room for some JVMs at once."""
        return raised(limits, MEMORY_BYTES, PROCESSES)

    def build(self, files: Mapping[str, bytes], limits: Limits, network: Network) -> Built:
        """As they are, but for a carriage return at the end of a line, which sh trips over."""
        return Built({name: body.replace(b"\r\n", b"\n") for name, body in files.items()})

    def launch(self, argv: Sequence[str]) -> Launch:
        """The script by /bin/sh, with the tools on its PATH and its input at its end."""
        entry, *arguments = argv
        runtime, box = learner_python(), tools_box()
        kafka = Path(os.environ["FAULTLINE_KAFKA"])
        java = java_path().parent.parent
        return Launch(
            ("/bin/sh", f"/work/{entry}", *arguments),
            ((runtime, RUNTIME_AT), *box.mounts(kafka, java)),
            env={"PATH": BIN_AT},  # and nothing else is on it
            bin=_commands(box.command()),
            hears=False,
            tells=True,
            python=runtime,
        )


def _commands(java: Sequence[str]) -> dict[str, str]:
    table = {"java": list(java), "classes": dict(COMMANDS)}
    found = {
        _TOOL_NAME: _TOOL.read_text(encoding="utf-8"),
        f"{_TOOL_NAME}.json": json.dumps(table),
        **dict.fromkeys(COMMANDS, f"-> {_TOOL_NAME}"),
    }
    for name in PLAIN_COMMANDS.split():
        path = shutil.which(name, path="/usr/bin:/bin")
        if path is not None:
            found[name] = f"-> {path}"
    awk = next((path for name in _AWKS if (path := shutil.which(name, path="/usr/bin"))), None)
    return found | ({"awk": f"-> {awk}"} if awk else {})
