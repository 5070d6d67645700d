"""Finds pages that woke somebody although nothing called for it, and those that do not stop."""

from __future__ import annotations

from dataclasses import dataclass

from judge.alert_windows import FaultWindow
from judge.alerting import Firing
from judge.alerts_asked import PAGE
from judge.checkers.alert_run import AlertRun, between, said
from judge.checkers.evidence import how_many, seconds, some
from judge.verdict import Anomaly, Evidence


@dataclass(frozen=True, slots=True)
class FalsePage:
    """A page that was false from `t_ms` on, by which cause, and the fault that called nobody."""

    firing: Firing
    cause: str
    t_ms: float
    window: FaultWindow | None = None


def false_pages(run: AlertRun, clear_within_ms: float) -> list[Anomaly]:
    """All of them as anomalies, one for each cause."""
    by_cause: dict[str, list[FalsePage]] = {}
    for firing in run.of(PAGE):
        if found := _false(run, firing, clear_within_ms):
            by_cause.setdefault(found.cause, []).append(found)
    return [
        Anomaly("false-page", cause, len(found), _summary(found), tuple(some(_rows(run, found))))
        for cause, found in by_cause.items()
    ]


def _false(run: AlertRun, firing: Firing, clear_within_ms: float) -> FalsePage | None:
    begin_ms = firing.span.begin_ms
    around = [window for window in run.windows if window.holds(begin_ms)]
    if any(not window.calls_nobody for window in around):
        t_ms = _covered_until(run, begin_ms, clear_within_ms)
        late = t_ms < firing.span.end_ms
        return FalsePage(firing, "paged-on-after-recovery", t_ms) if late else None
    if around:
        return FalsePage(firing, "paged-without-need", begin_ms, around[0])
    return FalsePage(firing, "paged-for-nothing", begin_ms)


def _covered_until(run: AlertRun, t_ms: float, clear_within_ms: float) -> float:
    """Until when a page may go on that begins at `t_ms`: one fault may follow another."""
    for window in run.windows:
        if not window.calls_nobody and window.begin_ms <= t_ms:
            t_ms = max(t_ms, window.over_ms + clear_within_ms)
    return t_ms


def _summary(found: list[FalsePage]) -> str:
    first = found[0]
    called, at = f"the page “{first.firing.rule.name}”", seconds(first.t_ms)
    if first.cause == "paged-on-after-recovery":
        said_of = f"{called} still fired at {at}, long after the cluster was whole again"
    elif first.window is not None:
        said_of = f"{called} fired at {at}, and {first.window} calls for no page"
    else:
        said_of = f"{called} fired at {at}, while nothing was wrong"
    return said_of + (f", and {how_many(len(found) - 1, 'other')} like it" if found[1:] else "")


def _rows(run: AlertRun, found: list[FalsePage]) -> list[Evidence]:
    rows = []
    for each in found:
        rule, values = each.firing.rule, run.told_at(each.firing.rule, each.t_ms)
        told = (
            f"page “{rule.name}” ({rule.when.text}, for {rule.for_s:g} s) fired "
            f"{between(each.firing.span)}; at {seconds(each.t_ms)} {said(values)}"
        )
        rows.append(Evidence(told, each.t_ms, detail=values))
    return rows
