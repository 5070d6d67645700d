"""One thing to judge: a lab, a stage, the learner's files and a seed."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from judge.lab import Lab

RUN_STAGES = ("reproduce", "fix")
"""The stages that are run on brokers; predict and explain are not."""


@dataclass(frozen=True, slots=True)
class Job:
    """What a run needs to know. `files` are the learner's; the starter fills what is absent.

    The same seed gives the same ids, keys, placement of leaders and moments; `judge.job.draw_seed`
    makes a new one.
    """

    lab: Lab
    stage: str
    files: Mapping[str, bytes]
    seed: int

    def __post_init__(self) -> None:
        if self.stage not in RUN_STAGES:
            raise ValueError(f"stage {self.stage!r} is not run on brokers; use one of {RUN_STAGES}")


def draw_seed() -> int:
    """A seed nobody can foresee, small enough to be typed again."""
    return secrets.randbelow(2**31)
