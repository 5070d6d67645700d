"""Finds the faults for which somebody had to be told and nobody was, and by how much."""

from __future__ import annotations

from dataclasses import dataclass

from judge.alert_rules import AlertRule
from judge.alert_windows import FaultWindow
from judge.alerting import Span
from judge.alerts_asked import PAGE, TICKET
from judge.checkers.alert_run import AlertRun, between, said
from judge.checkers.evidence import LIMIT, seconds
from judge.verdict import Anomaly, Evidence

MISSED = {PAGE: "missed-page", TICKET: "missed-ticket"}
_CAUSES = {
    PAGE: ("already-paging", "paged-too-late", "page-too-patient", "never-paged"),
    TICKET: ("ticket-already-open", "ticket-too-late", "ticket-too-patient", "no-ticket"),
}
_NOUN = {PAGE: "page", TICKET: "ticket"}


@dataclass(frozen=True, slots=True)
class Miss:
    """An alert that a fault called for and that did not come.

    `certain` is False where the run ended before the alert was due.
    """

    window: FaultWindow
    cause: str
    certain: bool


def misses(run: AlertRun) -> list[Miss]:
    """Every fault whose alert did not begin to fire in time."""
    asking = [each for each in run.windows if each.asked in MISSED and each.proved]
    found = [(window, _cause(run, window)) for window in asking]
    return [
        Miss(window, cause, window.due_ms <= run.until_ms)
        for window, cause in found
        if cause is not None
    ]


def missed_alerts(run: AlertRun, found: list[Miss]) -> list[Anomaly]:
    """The certain ones as anomalies, one for each cause."""
    by_cause: dict[tuple[str, str], list[Miss]] = {}
    for miss in found:
        if miss.certain:
            by_cause.setdefault((miss.window.asked, miss.cause), []).append(miss)
    return [
        Anomaly(
            MISSED[asked],
            cause,
            len(missed),
            _summary(missed[0]),
            tuple(row for miss in missed for row in _evidence(run, miss))[:LIMIT],
        )
        for (asked, cause), missed in by_cause.items()
    ]


def _cause(run: AlertRun, window: FaultWindow) -> str | None:
    fired = run.of(window.asked)
    already, too_late, too_patient, never = _CAUSES[window.asked]
    begun = [each.span.begin_ms for each in fired]
    if any(window.begin_ms <= t_ms <= window.due_ms for t_ms in begun):
        return None
    if any(each.span.begin_ms < window.begin_ms < each.span.end_ms for each in fired):
        return already
    if any(window.due_ms < t_ms <= window.over_ms for t_ms in begun):
        return too_late
    if any(_held_in(run, rule, window) for rule in _asked(run, window)):
        return too_patient
    written = [each.span.begin_ms for each in run.of(TICKET)]
    if any(window.begin_ms <= t_ms <= window.due_ms for t_ms in written):
        return "only-a-ticket"
    return never


def _summary(miss: Miss) -> str:
    window = miss.window
    noun = _NOUN[window.asked]
    return (
        f"{window} took hold at {seconds(window.proved_ms)}, "
        f"and no {noun} began to fire by {seconds(window.due_ms)}"
    )


def _evidence(run: AlertRun, miss: Miss) -> list[Evidence]:
    window = miss.window
    rows = [Evidence(_summary(miss), window.proved_ms, detail={"fault": window.name})]
    return rows + [_near(run, rule, window) for rule in _asked(run, window)]


def _asked(run: AlertRun, window: FaultWindow) -> list[AlertRule]:
    return [rule for rule in run.rules if rule.severity == window.asked]


def _held_in(run: AlertRun, rule: AlertRule, window: FaultWindow) -> list[Span]:
    """When a rule's condition held in the time of a fault, for however short."""
    end_ms = min(window.over_ms, run.until_ms)
    spans = run.held[rule.name]
    return [each for each in spans if each.end_ms > window.begin_ms and each.begin_ms <= end_ms]


def _near(run: AlertRun, rule: AlertRule, window: FaultWindow) -> Evidence:
    """How near a rule came: for how long its condition held, or how far its metrics went."""
    held = _held_in(run, rule, window)
    called = f"{rule.severity} “{rule.name}” ({rule.when.text}, for {rule.for_s:g} s)"
    if held:
        longest = max(held, key=lambda span: span.end_ms - span.begin_ms)
        told = f"{called}: its condition held {between(longest)}"
        return Evidence(told, longest.begin_ms, detail=run.told_at(rule, longest.begin_ms))
    most = run.most(rule, window)
    told = f"{called}: its condition never held; at most {said(most)}"
    return Evidence(told, window.proved_ms, detail=most)
