"""The banner's record of events: unbroken for PASS, stepped for FAIL, with a gap otherwise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from attempts.pictures.svg import number, seconds

WIDTH, STEP, SLANT = 1200, 16, 17.0
BREAKS = ("lost-write",)


@dataclass(frozen=True, slots=True)
class Stratum:
    """One line of the banner: its class and its path."""

    css: str
    d: str


@dataclass(frozen=True, slots=True)
class Banner:
    """The strata, the slanted break if there is one, and the words under them."""

    strata: list[Stratum]
    break_d: str
    label: str
    left: str
    middle: str
    right: str


def draw_trace(report: dict[str, Any], story: dict[str, Any] | None) -> Banner:
    """The strokes for this verdict. The break stands where in the run the leader was killed."""
    killed_ms, end_ms, broker = _moments(report, story)
    share = killed_ms / end_ms if killed_ms and end_ms else 0.62
    when = f"broker {broker} killed, {seconds(killed_ms)} s" if killed_ms and broker else ""
    right = f"{seconds(end_ms)} s" if end_ms else "end"
    if report["verdict"] == "PASS":
        strata = [Stratum("s rec" if row == 1 else "s", f"M0 {y}H{WIDTH}") for row, y in _rows()]
        return Banner(strata, "", "The record of events is unbroken", "0.00 s", when, right)
    if report["verdict"] == "FAIL":
        return _stepped(share, when, right)
    return _gapped(report, right)


def _stepped(share: float, when: str, right: str) -> Banner:
    x = min(max(share, 0.15), 0.85) * WIDTH
    strata = []
    for row, y in enumerate((10, 26, 42)):
        at = x + (1 - row) * 7
        rec = " rec" if row == 1 else ""
        strata.append(Stratum(f"s{rec}", f"M0 {y}H{number(at - 3)}"))
        strata.append(Stratum(f"s{rec} after", f"M{number(at + 3)} {y + STEP}H{WIDTH}"))
    slant = f"M{number(x + SLANT)} -6L{number(x - SLANT)} 70"
    label = f"The record of events breaks{': ' + when if when else ''}"
    return Banner(strata, slant, label, "0.00 s", when, right)


def _gapped(report: dict[str, Any], right: str) -> Banner:
    strata = []
    for row, y in _rows():
        rec = " rec" if row == 1 else ""
        strata += [
            Stratum(f"s{rec}", f"M0 {y}H520"),
            Stratum(f"s{rec} gap", f"M520 {y}H860"),
            Stratum(f"s{rec}", f"M860 {y}H{WIDTH}"),
        ]
    middle = (report["reason"] or "").replace("-", " ")
    return Banner(strata, "", "The record of events has a gap", "0.00 s", middle, right)


def _rows() -> list[tuple[int, int]]:
    return list(enumerate((16, 32, 48)))


def _moments(
    report: dict[str, Any], story: dict[str, Any] | None
) -> tuple[float | None, float | None, int | None]:
    """When the leader was killed, when the run ended, and which broker it was."""
    story = story or {}
    figures = report.get("figures", {})
    killed = story.get("killed_ms") or figures.get("killed_ms")
    end = story.get("end_ms") or figures.get("end_ms")
    if not end:
        end = report["timings_s"].get("scenario_s", 0) * 1000 or None
    return killed, end, story.get("killed_broker") or figures.get("killed_broker")
