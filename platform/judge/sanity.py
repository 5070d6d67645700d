"""Gates on ourselves: the run ended, the machine had time, enough was done, all was read back."""

from __future__ import annotations

from judge.abandoned import left_open
from judge.checkers.evidence import how_many, seconds
from judge.fates import below_floor, fates
from judge.index import History

Broken = tuple[str, str]
"""The stable reason and the sentence of a gate that does not hold."""

MAX_LATE_WAKE_MS = 1500.0
"""Half a broker's session timeout of 3 s: a machine later than this can fence a healthy broker."""


MAX_WAITED_PCT = 75.0
"""Of a program's life: it would have been done in a quarter of the time, or answered in it."""

SELF_MADE_PCT = 50.0
"""Of a core, for all processes of the program together."""


def harness_sane(history: History) -> Broken | None:
    """The run came to its end and nothing of ours failed on the way."""
    if not history.begun or history.end is None:
        return "judge-error", "The history has no end: the run was cut off."
    error = (history.end.detail or {}).get("error")
    if error:
        return str(error.get("code") or "judge-error"), str(error.get("message") or "")
    reason = (history.exit.detail or {}).get("reason") if history.exit else None
    if reason == "start-failed":
        return "judge-error", "The program could not be started in its jail."
    return None


def machine_not_starved(history: History) -> Broken | None:
    """The machine had time for all: a starved one looks like a fault."""
    for op in history.pressure:
        detail = op.detail or {}
        late_ms = detail.get("latest_wake_ms", 0)
        if late_ms > MAX_LATE_WAKE_MS:
            return (
                "machine-starved",
                f"The machine was too busy: a thread of ours waited {seconds(late_ms)} "
                "for a processor.",
            )
        waited_pct = detail.get("program_waited_pct", 0)
        # Who keeps half a core busy got what a machine has to give, and made itself wait.
        if waited_pct > MAX_WAITED_PCT and detail.get("program_ran_pct", 0) < SELF_MADE_PCT:
            return (
                "machine-starved",
                f"The machine was too busy: the program had to wait for a processor "
                f"{waited_pct:.0f} % of the time.",
            )
    return None


def not_vacuous(history: History) -> Broken | None:
    """Enough orders were handed out. A program that took none is judged before this."""
    handed, least = len(history.handed), history.terms.min_orders
    if handed < least:
        return "too-few-orders", f"Only {how_many(handed, 'order')} of {least:,} were handed out."
    return None


def read_back_complete(history: History) -> Broken | None:
    """The reader came to the end of every partition and left no hole on the way."""
    topic = history.terms.topic
    for partition in sorted(p for name, p in history.metadata if name == topic):
        if partition not in history.read_ends:
            return "read-back-incomplete", f"{topic}-{partition} was not read to its end."
    became = fates(history)
    if became.unexplained:
        count = how_many(len(became.unexplained), "order")
        return "read-back-incomplete", f"{count} on a live broker's log could not be read back."
    if became.hidden and not below_floor(history) and not left_open(history):
        count = how_many(len(became.hidden), "order")
        return (
            "read-back-incomplete",
            f"{count} are on a live broker's log, above the end that could be read.",
        )
    return None
