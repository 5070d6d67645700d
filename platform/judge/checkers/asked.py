"""Whether a lab asks for a check whose limits only a lab can set."""

from __future__ import annotations

from judge.index import History


def asked(history: History, check: str, anomaly: str) -> bool:
    """True where the lab promises the check, gives it options, or wants its anomaly to happen.

    A limit that nobody set is broken by nobody, so such a check is silent in all other runs.
    """
    terms = history.terms
    return check in terms.promises or check in terms.options or terms.wanted_anomaly == anomaly
