"""Tells whether the program itself failed: by its file, by a crash, by a limit, by silence."""

from __future__ import annotations

import re
from typing import Any

from judge.checkers.evidence import how_many, seconds
from judge.comeback import held_up
from judge.history import Op
from judge.index import History
from judge.recovery import cut_short, recovered_ms
from judge.verdict import Anomaly, CheckResult, Evidence

NAME = "program"

_LIMITS = {
    "memory": "used more memory than it may",
    "output": "printed more than it may",
    "wall-clock": "did not end in time",
}
_LIMIT_SIGNALS = {
    24: ("wall-clock", "used more processor time than it may"),
    25: ("output", "wrote a larger file than it may"),
}
"""SIGXCPU and SIGXFSZ: the kernel's way to hold a limit."""

_UNREADABLE = re.compile(r"^(SyntaxError|IndentationError|TabError)\b.*", re.MULTILINE)
_LINE = re.compile(r'File "[^"]*?([^"/]+)", line (\d+)')
TAIL_CHARS = 600
"""How much of the program's last words evidence shows."""


def check(
    history: History, *, min_answered: float = 0.95, expects: str = "answers"
) -> CheckResult:
    """The program must start, answer its orders and end by itself.

    A program that is alive and leaves orders open is for `availability`; here silence counts
    only when it is complete, or when the program ended before it had answered. `kept` is None
    when its end is not in the history, or when the cluster kept it from answering in time.

    Options:
        min_answered: share of the orders handed that must have an answer when it ends by itself.
        expects: what its orders call for: `answers`, `processing` (they come in a topic, and each
            is a deed to be done), `nothing` that the program itself could tell of, `runbook`, or
            `no_program`.
    """
    answered = history.answered
    figures = {"handed": len(history.handed), "answered": answered}
    if expects == "no_program":
        return CheckResult(NAME, True, "the lab runs no program of the learner's", (), figures)
    op = history.exit
    if op is None:
        return CheckResult(NAME, None, "the end of the program was not seen", (), figures)
    found = _failure(history, op) or (
        _silence(history, op, answered, min_answered)
        if expects == "answers"
        else _left(history, op, expects)
    )
    if found is None:
        did = "it answered and ended by itself" if expects == "answers" else "it ran as it should"
        return CheckResult(NAME, True, did, (), figures)
    cause, summary = found
    if cause == "wall-clock" and answered < len(history.handed) and _held_up(history):
        summary = "the cluster was too slow for the program to answer in time"
        return CheckResult(NAME, None, summary, (), figures)
    return CheckResult(NAME, False, summary, (_anomaly(op, cause, summary),), figures)


def _failure(history: History, op: Op) -> tuple[str, str] | None:
    """Cause and sentence of a failure by its own doing, the most certain cause first."""
    detail = op.detail or {}
    reason, code = detail.get("reason"), detail.get("code")
    if history.terms.entry_bytes == 0:
        return "empty", "the program's file has nothing in it"
    if reason in _LIMITS:
        return reason, f"the program {_LIMITS[reason]} and was stopped at {seconds(op.t_ms)}"
    if reason == "topic-settings-refused":
        why = str(detail.get("message") or "")
        return "topic-settings-refused", f"Kafka refused the topic's settings: {why}"
    if reason == "compile-error":
        first = _tail(op).partition("\n")[0]
        return "compile-error", f"the program does not compile: {first[:200]}"
    if detail.get("signal") in _LIMIT_SIGNALS:
        cause, what = _LIMIT_SIGNALS[detail["signal"]]
        return cause, f"the program {what} and was stopped at {seconds(op.t_ms)}"
    if reason == "exited" and (code or detail.get("signal")):
        unreadable = None if history.answered else _UNREADABLE.search(_tail(op))
        if unreadable:
            return "syntax-error", f"Python could not read the program: {unreadable[0][:200]}"
        how = f"signal {detail['signal']}" if detail.get("signal") else f"exit code {code}"
        return "crashed", f"the program crashed at {seconds(op.t_ms)} ({how})"
    return None


def _left(history: History, op: Op, expects: str) -> tuple[str, str] | None:
    """A program that reads a topic must stay until the scenario ends it, and do something."""
    if expects == "processing" and history.handed and not history.processed:
        what = how_many(len(history.handed), "order")
        return "no-answers", f"the program processed none of {what}"
    if expects == "runbook":
        return None  # it is over once its commands are
    if (op.detail or {}).get("reason") == "exited" and cut_short(history):
        return "ended-early", f"the program ended by itself at {seconds(op.t_ms)}"
    return None


def _silence(
    history: History, op: Op, answered: int, min_answered: float
) -> tuple[str, str] | None:
    """Cause and sentence of a program that did not answer; None when it did its part."""
    reason, handed = (op.detail or {}).get("reason"), len(history.handed)
    if not handed:
        return "no-answers", f"the program ended at {seconds(op.t_ms)}, before its first order"
    if not answered:
        return "no-answers", f"the program answered none of {how_many(handed, 'order')}"
    if reason == "exited" and answered < min_answered * handed:
        return (
            "no-answers",
            f"the program ended at {seconds(op.t_ms)} with {answered:,} of {handed:,} answered",
        )
    if reason == "exited" and ended_early(history, op):
        return (
            "no-answers",
            f"the program ended at {seconds(op.t_ms)}, while orders were still to come",
        )
    return None


def _held_up(history: History) -> bool:
    since_ms = recovered_ms(history)
    return since_ms is not None and held_up(history, since_ms)


def ended_early(history: History, op: Op) -> bool:
    """Whether the program ended while the scenario still had orders for it.

    Input is closed after the cluster has recovered, so an end before that is the program's own.
    """
    if cut_short(history):
        return True
    since_ms = recovered_ms(history)
    return since_ms is not None and op.t_ms < since_ms


def _anomaly(op: Op, cause: str, summary: str) -> Anomaly:
    detail: dict[str, Any] = {
        key: (op.detail or {})[key]
        for key in ("reason", "code", "signal")
        if key in (op.detail or {})
    }
    tail = _tail(op)
    if tail:
        # Of a compiler's problems the first ones count, of a crash's words the last.
        shown = tail[:TAIL_CHARS] if cause == "compile-error" else tail[-TAIL_CHARS:]
        detail["stderr_tail"] = shown
    what = summary
    line = _LINE.findall(tail)
    if line and cause in ("syntax-error", "crashed"):
        what += f" in {line[-1][0]}, line {line[-1][1]}"
    return Anomaly("program-failed", cause, 1, summary, (Evidence(what, op.t_ms, detail=detail),))


def _tail(op: Op) -> str:
    detail = op.detail or {}
    return str(detail.get("stderr_tail") or detail.get("stderr") or "")
