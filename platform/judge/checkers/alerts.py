"""Finds pages that were missed and pages that were false, by the learner's rules on this run."""

from __future__ import annotations

from judge.alert_rules import read_alert_rules
from judge.alerts_asked import PAGE, TICKET
from judge.checkers.alert_run import AlertRun, alert_run
from judge.checkers.evidence import earliest_first, how_many, seconds
from judge.checkers.false_pages import false_pages
from judge.checkers.missed_alerts import missed_alerts, misses
from judge.checkers.stray_illness import stray_illness
from judge.index import History
from judge.metrics import metric
from judge.verdict import CheckResult

NAME = "alerts"

_FILE = "alert rules"
"""What a file is called that was taken at Submit and so has nothing to be blamed for."""


def check(history: History, *, clear_within_ms: float = 10_000) -> CheckResult:
    """For each fault somebody is woken, or a ticket written, or nobody woken, as the lab asks.

    A page is false unless it begins in the time of a fault that calls for one, or of which the
    lab asks nothing. That time ends when the fault is over and every replica is in sync again.
    `kept` is None where the lab takes no rules, where a rule names a metric that the history
    does not show, where the run ended before an alert was due that did not come, and where a
    broker was missed that no fault had hurt: that night was another than the lab's.

    Options:
        clear_within_ms: how long a page may go on after that time.
    """
    if history.terms.rules is None:
        return CheckResult(NAME, None, "the lab takes no alert rules")
    rules = read_alert_rules(history.terms.rules.encode(), _FILE)
    named = sorted({name for rule in rules for name, _back_ms in rule.when.uses})
    found = {name: metric(history, name) for name in named}
    known = {name: told for name, told in found.items() if told is not None}
    if unknown := [name for name in named if name not in known]:
        return CheckResult(NAME, None, f"the run does not show {unknown[0]}")
    if stray := stray_illness(history):
        return CheckResult(NAME, None, stray)
    return _judged(alert_run(history, rules, known), clear_within_ms)


def _judged(run: AlertRun, clear_within_ms: float) -> CheckResult:
    missed = misses(run)
    anomalies = earliest_first([*missed_alerts(run, missed), *false_pages(run, clear_within_ms)])
    pages, tickets = len(run.of(PAGE)), len(run.of(TICKET))
    figures: dict[str, float | int | str] = {
        "rules": len(run.rules),
        "pages": pages,
        "tickets": tickets,
    }
    if anomalies:
        said = "; ".join(anomaly.summary for anomaly in anomalies)
        return CheckResult(NAME, False, said, tuple(anomalies), figures)
    if missed:
        ended = seconds(run.until_ms)
        said = f"the run ended at {ended}, before an alert was due for {missed[0].window}"
        return CheckResult(NAME, None, said, (), figures)
    told = f"{how_many(pages, 'page')} and {how_many(tickets, 'ticket')}, each where it was due"
    return CheckResult(NAME, True, told, (), figures)
