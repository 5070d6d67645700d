"""The three verdicts, the anomalies that make a FAIL, and the report that carries them."""

from __future__ import annotations

import enum
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

REPORT_SCHEMA = 1
"""Raised whenever a key of the report changes its meaning or goes away."""


class Verdict(enum.StrEnum):
    """What a run showed. Only FAIL costs an attempt."""

    PASS = "PASS"  # noqa: S105  (a verdict, no password)
    FAIL = "FAIL"
    INCONCLUSIVE = "INCONCLUSIVE"


@dataclass(frozen=True, slots=True)
class Evidence:
    """One operation that shows an anomaly.

    `what` is a sentence for people; the rest says where to look. Times are milliseconds since
    the scenario began, on one monotonic clock.
    """

    what: str
    t_ms: float | None = None
    id: str | None = None
    broker: int | None = None
    topic: str | None = None
    partition: int | None = None
    offset: int | None = None
    leader_epoch: int | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Anomaly:
    """A broken promise, in Jepsen's terms, with the earliest cause that could be proved.

    `name` is the promise broken (`lost-write`, `duplicate`, `unavailable`, `program-failed`);
    `cause` says how (`acknowledged-by-leader-only`, `never-sent`, …). Both are stable words
    that a lab's expected.toml may declare. `count` is how many operations it hit; `evidence`
    is bounded to the worst few.
    """

    name: str
    cause: str
    count: int
    summary: str
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What one checker found: `kept` is None when the history cannot tell."""

    check: str
    kept: bool | None
    summary: str
    anomalies: tuple[Anomaly, ...] = ()
    figures: Mapping[str, float | int | str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Report:
    """One run, judged: everything a page, a test or an operator needs to see.

    `reason` is the stable word behind an INCONCLUSIVE (`fault-had-no-effect`), or behind a FAIL
    the cause of its first anomaly; None on PASS. `reason_text` says it as a sentence.
    `promises` names the checks that decide the stage `fix`; the others are only observed.
    """

    verdict: Verdict
    lab: str
    stage: str
    seed: int
    reason: str | None = None
    reason_text: str = ""
    anomalies: tuple[Anomaly, ...] = ()
    checks: tuple[CheckResult, ...] = ()
    settings: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    figures: Mapping[str, float | int | str] = field(default_factory=dict)
    timings_s: Mapping[str, float] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)
    promises: tuple[str, ...] = ()

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """The evidence of all anomalies, in the order the anomalies are reported."""
        return tuple(e for anomaly in self.anomalies for e in anomaly.evidence)

    def to_dict(self) -> dict[str, Any]:
        """The report as plain JSON types; keys are documented in docs/cli.md."""
        body = asdict(self)
        body["verdict"] = self.verdict.value
        body["evidence"] = [asdict(e) for e in self.evidence]
        return {"schema": REPORT_SCHEMA, **body}

    def to_json(self) -> str:
        """The report as canonical JSON: the same report gives the same bytes."""
        return json.dumps(self.to_dict(), sort_keys=True, separators=(",", ":"))
