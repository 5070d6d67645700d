"""When each alert of a learner's rules would have fired on what the cluster went through."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from judge.alert_rules import AlertRule
from judge.expression_nodes import Look
from judge.step_function import StepFunction, exact_ms

Known = Mapping[str, StepFunction]
"""The metrics that the rules name, by name."""


@dataclass(frozen=True, slots=True)
class Span:
    """From `begin_ms` on and before `end_ms`."""

    begin_ms: float
    end_ms: float


@dataclass(frozen=True, slots=True)
class Firing:
    """One time that an alert fired."""

    rule: AlertRule
    span: Span


def firings(rule: AlertRule, held: Sequence[Span]) -> list[Firing]:
    """Every firing of a rule whose condition held for these times, by their begin."""
    for_ms = rule.for_s * 1000
    return [
        Firing(rule, Span(exact_ms(span.begin_ms + for_ms), span.end_ms))
        for span in held
        if span.begin_ms + for_ms < span.end_ms
    ]


def true_spans(rule: AlertRule, known: Known, until_ms: float) -> list[Span]:
    """When the rule's condition held from the beginning of the run until `until_ms`.

    How long is another matter: `for_s` is left aside.

    It is worked out at every moment at which a metric of it changed: nothing is sampled, so no
    moment is missed and none is drawn by lot.
    """
    spans: list[Span] = []
    since_ms: float | None = None
    for t_ms in _moments(rule, known, until_ms):
        holds = rule.when.holds(_looking(known, t_ms))
        if holds and since_ms is None:
            since_ms = t_ms
        elif not holds and since_ms is not None:
            spans.append(Span(since_ms, t_ms))
            since_ms = None
    if since_ms is not None:
        spans.append(Span(since_ms, until_ms))
    return spans


def _looking(known: Known, t_ms: float) -> Look:
    return lambda name, back_ms: known[name].at(exact_ms(t_ms - back_ms))


def _moments(rule: AlertRule, known: Known, until_ms: float) -> list[float]:
    moments = {0.0}
    for name, back_ms in rule.when.uses:
        moments.update(exact_ms(t + back_ms) for t in known[name].moments)
    return sorted(t for t in moments if t < until_ms)
