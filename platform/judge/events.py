"""What a run tells its caller while it runs: small, typed and safe to show to the learner."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

STAGES = ("preparing", "starting", "workload", "fault", "recovery", "reading", "checking")
"""The named stages of a run, in order, as the page lists them."""

QUEUED = "queued"
"""The stage of a run that has to wait for room on its machine; its label says for what. It may
come before `starting`, and any number of times."""

KINDS = ("stage", "cluster", "timeline", "output", "counts", "report")


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened, `t_ms` after the run began (after `submit` for a cold start).

    kind      data
    stage     {"stage": one of STAGES, or QUEUED, "label": str}
    cluster   {"brokers": {"1": "up"|"dead"|"cut"|"paused"}, "partitions": [{"topic", "partition",
              "leader": int|None, "isr": [int], "replicas": [int], "epoch": int,
              "log_end": {"1": int}, "high_watermark": int}]}        at most 5 a second
    timeline  {"what": "fault-held"|"fault-fired"|"fault-healed"|"leader"|"isr"|"program"|"note",
              "text": str, "broker": int|None, "detail": {…}}
    output    {"stream": "stdout"|"stderr", "text": str}             bounded, markup not trusted
    counts    {"handed": int, "accepted": int, "refused": int, "acknowledged": int}
    report    the report's dict (last event of a run)
    """

    kind: str
    t_ms: float
    data: Mapping[str, Any]


OnEvent = Callable[[Event], None]


def ignore(_event: Event) -> None:
    """An `OnEvent` that takes no notice, for callers who want the report alone."""
