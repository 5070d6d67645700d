"""The tables of a verdict page: the very records, the settings, the facts of the run."""

from __future__ import annotations

from typing import Any

from attempts import verdict_words as words
from attempts.models import Attempt
from attempts.pictures.svg import seconds

AS_FOUND = ", as found"


def records(report: dict[str, Any]) -> list[dict[str, Any]]:
    """The operations that show the anomalies, as rows of a table."""
    rows = []
    for anomaly in report["anomalies"]:
        for evidence in anomaly["evidence"]:
            topic, partition = evidence["topic"], evidence["partition"]
            rows.append(
                {
                    "id": evidence["id"] or "",
                    "at": f"{seconds(evidence['t_ms'])} s" if evidence["t_ms"] is not None else "",
                    "broker": _shown(evidence["broker"]),
                    "partition": f"{topic}-{partition}" if partition is not None else "",
                    "offset": f"{evidence['offset']:,}" if evidence["offset"] is not None else "",
                    "epoch": _shown(evidence["leader_epoch"]),
                    "what": words.sentence(evidence["what"]),
                }
            )
    return rows


def records_left_out(report: dict[str, Any]) -> int:
    """How many operations of the anomalies are counted but not shown."""
    total = sum(anomaly["count"] for anomaly in report["anomalies"])
    return max(0, total - sum(len(anomaly["evidence"]) for anomaly in report["anomalies"]))


def _shown(value: Any) -> str:
    return "" if value is None else str(value)


def settings_compared(report: dict[str, Any], before: Attempt | None) -> list[dict[str, Any]]:
    """Settings of the run beside those the learner found, and those of the attempt before."""
    settings = report["settings"]
    earlier = (before.report or {}).get("settings", {}) if before else {}
    rows = []
    for whose in (name for name in settings if not name.endswith(AS_FOUND)):
        now, found = settings[whose], settings.get(whose + AS_FOUND, {})
        for name in sorted({*now, *found}):
            rows.append(
                {
                    "whose": whose,
                    "name": name,
                    "now": now.get(name, ""),
                    "found": found.get(name, ""),
                    "was": earlier.get(whose, {}).get(name, ""),
                }
            )
    return rows


def facts(report: dict[str, Any]) -> list[tuple[str, str]]:
    """Names and values for those who want to run it again or look behind it."""
    timings = dict(report["timings_s"])
    warm = timings.pop("warm", None)
    found = [
        ("versions", " · ".join(f"{name} {text}" for name, text in report["versions"].items())),
        ("seed", str(report["seed"])),
        ("cluster", "" if warm is None else "taken warm" if warm else "started cold"),
        ("timings", " · ".join(_timing(name, lasted) for name, lasted in timings.items())),
    ]
    found += [_figure(name, value) for name, value in report["figures"].items()]
    return [(name, value) for name, value in found if value]


def _timing(name: str, lasted_s: float) -> str:
    return f"{name.removesuffix('_s').replace('_', ' ')} {lasted_s:.2f} s"


def _figure(name: str, value: Any) -> tuple[str, str]:
    if name.endswith("_ms"):
        return name.removesuffix("_ms").replace("_", " "), f"{seconds(value)} s"
    shown = f"{value:,}" if isinstance(value, int) else str(value)
    return name.replace("_", " "), shown
