"""A run seen by alert rules: its faults, what the metrics were, and what fired when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from judge.alert_rules import AlertRule
from judge.alert_windows import FaultWindow, fault_windows, last_seen_ms
from judge.alerting import Firing, Known, Span, firings, true_spans
from judge.checkers.evidence import seconds
from judge.index import History


@dataclass(frozen=True, slots=True)
class AlertRun:
    """What fired in a run until `until_ms`, and what was asked of it.

    held: rule -> when its condition held, whether or not for long enough.
    """

    rules: Sequence[AlertRule]
    known: Known
    windows: Sequence[FaultWindow]
    until_ms: float
    held: Mapping[str, Sequence[Span]]
    fired: Sequence[Firing]

    def of(self, severity: str) -> list[Firing]:
        """What fired of one severity, by its begin."""
        return [each for each in self.fired if each.rule.severity == severity]

    def told_at(self, rule: AlertRule, t_ms: float) -> dict[str, float]:
        """What the metrics that a rule names were at a moment."""
        return {name: self.known[name].at(t_ms) for name in _names(rule)}

    def most(self, rule: AlertRule, window: FaultWindow) -> dict[str, float]:
        """The most that the metrics of a rule came to in the time of a fault."""
        end_ms = min(window.over_ms, self.until_ms)
        return {name: self.known[name].most(window.begin_ms, end_ms) for name in _names(rule)}


def alert_run(history: History, rules: Sequence[AlertRule], known: Known) -> AlertRun:
    """Work the rules out on a run; `known` has every metric that they name."""
    until_ms = last_seen_ms(history)
    held = {rule.name: true_spans(rule, known, until_ms) for rule in rules}
    fired = [firing for rule in rules for firing in firings(rule, held[rule.name])]
    fired.sort(key=lambda firing: (firing.span.begin_ms, firing.rule.name))
    return AlertRun(rules, known, fault_windows(history), until_ms, held, fired)


def said(values: Mapping[str, float]) -> str:
    """Values as a sentence has them: `under_min_isr_partitions = 1`."""
    return ", ".join(f"{name} = {value:g}" for name, value in values.items()) or "no metric"


def between(span: Span) -> str:
    """A span as a sentence has it."""
    return f"from {seconds(span.begin_ms)} to {seconds(span.end_ms)}"


def _names(rule: AlertRule) -> list[str]:
    return sorted({name for name, _back_ms in rule.when.uses})
