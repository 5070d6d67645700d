"""Finds a cluster that takes no writes although somebody was to get it going again."""

from __future__ import annotations

from judge.checkers.evidence import seconds
from judge.index import History, isr_of
from judge.recovery import waited_in_vain
from judge.verdict import Anomaly, CheckResult, Evidence

NAME = "writes_resume"

def check(history: History) -> CheckResult:
    """After the learner's runbook our own careful producer must be taken at its word again.

    The scenario waits for that and blames the learner when it does not come. `kept` is None
    where the lab does not ask, and where our own producer stored nothing: there was nothing to
    resume then.
    """
    if NAME not in history.terms.promises:
        return CheckResult(NAME, None, "nobody was to get the cluster going again")
    if not history.filled:
        return CheckResult(NAME, None, "our own producer stored nothing")
    waited = waited_in_vain(history)
    if waited is None:
        return CheckResult(NAME, True, "our own producer is served again")
    summary = f"our own producer was still not served at {seconds(waited.t_ms)}"
    rows = [Evidence(summary, waited.t_ms, topic=history.terms.topic)]
    for (topic, partition), ops in sorted(history.metadata.items()):
        if topic == history.terms.topic:
            isr = ", ".join(map(str, isr_of(ops[-1]))) or "nobody"
            rows.append(
                Evidence(
                    f"{topic}-{partition}: in sync at the end: {isr}",
                    ops[-1].t_ms,
                    broker=ops[-1].broker,
                    topic=topic,
                    partition=partition,
                )
            )
    anomaly = Anomaly("unavailable", "writes-still-refused", 1, summary, tuple(rows[:8]))
    return CheckResult(NAME, False, summary, (anomaly,))
