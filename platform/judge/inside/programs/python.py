"""The kind `python`: a file run by a Python of its own that has one Kafka client."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from judge.inside.limits import Limits
from judge.inside.network import Network
from judge.inside.programs.kind import (
    RUNTIME_AT,
    Built,
    Launch,
    checked_python,
    learner_python,
)


@dataclass(frozen=True, slots=True)
class Python:
    """`runtime` is another Python than the learner's, for what is ours."""

    runtime: Path | None = None
    name: str = "python"

    def fit(self, limits: Limits) -> Limits:
        """As they are."""
        return limits

    def build(self, files: Mapping[str, bytes], limits: Limits, network: Network) -> Built:
        """As they are."""
        return Built(files)

    def launch(self, argv: Sequence[str]) -> Launch:
        """The entry file, its output unbuffered: what was said before a kill must be heard."""
        runtime = learner_python() if self.runtime is None else checked_python(self.runtime)
        entry, *arguments = argv
        command = (f"{RUNTIME_AT}/bin/python3", "-u", f"/work/{entry}", *arguments)
        return Launch(command, ((runtime, RUNTIME_AT),), python=runtime)
