"""A check's result as plain data, so that a test can hold it to every word and number."""

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
