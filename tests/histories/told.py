"""A check's result as plain data: which causes it found, or every word and number of it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from judge.verdict import CheckResult


def told(result: CheckResult) -> dict[str, Any]:
    """Everything a result says; what an evidence leaves empty is left out."""
    return {
        "kept": result.kept,
        "summary": result.summary,
        "figures": dict(result.figures),
        "anomalies": [
            {
                "name": anomaly.name,
                "cause": anomaly.cause,
                "count": anomaly.count,
                "summary": anomaly.summary,
                "evidence": [
                    {key: value for key, value in asdict(row).items() if value not in (None, {})}
                    for row in anomaly.evidence
                ],
            }
            for anomaly in result.anomalies
        ],
    }


def causes(result: CheckResult) -> dict[tuple[str, str], int]:
    """How many there are of each anomaly and cause; a broken promise has one, a kept one none."""
    assert (result.kept is False) == bool(result.anomalies)
    return {(anomaly.name, anomaly.cause): anomaly.count for anomaly in result.anomalies}
