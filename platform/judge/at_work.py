"""Whether a program was still at its work when the run ended, on a machine that kept it waiting."""

from __future__ import annotations

from judge.index import History, sent_ms

AT_WORK_MS = 5000.0
"""A program that sent a batch so shortly before its end was not stuck: after a crash a group of
consumers takes some 3 s to come back with a session timeout of 3 s."""

BUSY_PCT = 60.0
"""Share of the time in which something waited for a core (PSI): 97 was seen here on two cores
with several other runs beside."""


def cut_off_at_work(history: History) -> bool:
    """Whether what a program left undone may be the machine's doing.

    It was sending to the last, and the machine was busy or nobody looked.
    """
    end_ms = history.exit.t_ms if history.exit else history.end_ms
    last_ms = max((sent_ms(op) for op in history.appends), default=None)
    return last_ms is not None and end_ms - last_ms <= AT_WORK_MS and _busy(history)


def _busy(history: History) -> bool:
    shares = [(op.detail or {}).get("cpu_some_pct") for op in history.pressure]
    known = [share for share in shares if isinstance(share, int | float)]
    return max(known, default=100.0) >= BUSY_PCT
