"""Finds settings that are not in force at the end as the lab requires them."""

from __future__ import annotations

import re
from collections.abc import Mapping

from judge.checkers.evidence import LIMIT
from judge.history import Op
from judge.index import History
from judge.verdict import Anomaly, CheckResult, Evidence

NAME = "effective_config"

_BOUND = re.compile(r"^(>=|<=)\s*(-?\d+(?:\.\d+)?)$")


def check(
    history: History, *, required: Mapping[str, str] | None = None, topic: str = ""
) -> CheckResult:
    """At the end, the settings that the cluster itself tells must be those required.

    `kept` is None when nothing is required, when nobody asked the cluster at the end, and when
    its answer leaves a required setting out.

    Options:
        required: name of a setting -> its value as Kafka writes it, or a bound such as `>=2`.
        topic: whose settings; "" is the judged topic. `brokers` is every broker that answered.
    """
    wanted = dict(required or {})
    of = topic or history.terms.topic
    if not wanted:
        return CheckResult(NAME, None, "no setting is required")
    if gone := missing_topic(history, of):
        summary = f"topic {of} does not exist at the end"
        shown = Evidence(f"{summary}: {gone.error}", gone.t_ms, topic=of)
        return CheckResult(
            NAME, False, summary, (Anomaly("wrong-config", "no-such-topic", 1, summary, (shown,)),)
        )
    before, after = _told(history, of, "begin"), _told(history, of, "end")
    if not after:
        return CheckResult(NAME, None, f"the settings of {of} were not asked for at the end")
    rows = [(name, op) for name in sorted(wanted) for op in after]
    unknown = [name for name, op in rows if (op.detail or {}).get(name) is None]
    wrong = [
        (name, op)
        for name, op in rows
        if name not in unknown and not meets(str((op.detail or {})[name]), wanted[name])
    ]
    figures: dict[str, float | int | str] = {"required": len(wanted), "wrong": len(wrong)}
    if wrong:
        anomalies = _anomalies(wrong, wanted, before, of)
        summary = "; ".join(anomaly.summary for anomaly in anomalies)
        return CheckResult(NAME, False, summary, anomalies, figures)
    if unknown:
        return CheckResult(NAME, None, f"{of} did not tell its {unknown[0]}", (), figures)
    names = ", ".join(f"{name}={wanted[name]}" for name in sorted(wanted))
    return CheckResult(NAME, True, f"{of} has {names}", (), figures)


def meets(value: str, wanted: str) -> bool:
    """Whether a setting's value is the one wanted, or within the bound wanted."""
    bound = _BOUND.match(wanted)
    if bound is None:
        return value == wanted
    try:
        number = float(value)
    except ValueError:
        return False
    return number >= float(bound[2]) if bound[1] == ">=" else number <= float(bound[2])


def missing_topic(history: History, topic: str) -> Op | None:
    """The last answer about a topic, when it was that there is no such topic."""
    told = [op for op in history.rare_ops("metadata", "config") if op.topic == topic]
    ended = [op for op in told if (op.detail or {}).get("_when", "end") == "end"]
    return ended[-1] if ended and ended[-1].type == "fail" else None


def _told(history: History, of: str, when: str) -> list[Op]:
    """What was last told of a topic, or by each broker, at the beginning or at the end."""
    last: dict[int, Op] = {}
    for op in history.rare_ops("metadata", "config"):
        detail = op.detail or {}
        ours = op.topic is None if of == "brokers" else op.topic == of
        if op.type == "info" and ours and detail.get("_when", "end") == when:
            last[op.broker or 0] = op
    return [last[broker] for broker in sorted(last)]


def _anomalies(
    wrong: list[tuple[str, Op]], wanted: Mapping[str, str], before: list[Op], of: str
) -> tuple[Anomaly, ...]:
    by_cause: dict[str, list[Evidence]] = {}
    for name, op in wrong:
        was = {o.broker: (o.detail or {}).get(name) for o in before}.get(op.broker)
        value = str((op.detail or {})[name])
        began_right = was is not None and meets(str(was), wanted[name])
        cause = "changed-by-the-end" if began_right else "not-as-required"
        who = of if op.broker is None else f"broker {op.broker}"
        told = f"{who} has {name}={value} at the end; required is {wanted[name]}"
        if was is not None:
            told += f"; it was {was} at the beginning"
        by_cause.setdefault(cause, []).append(
            Evidence(told, op.t_ms, broker=op.broker, topic=op.topic, detail={"setting": name})
        )
    return tuple(
        Anomaly("wrong-config", cause, len(rows), rows[0].what, tuple(rows[:LIMIT]))
        for cause, rows in sorted(by_cause.items())
    )
