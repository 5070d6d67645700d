"""The anomalies of alert rules, and what each cause means."""

from __future__ import annotations

from collections.abc import Mapping

_TOO_LATE = "It fired, and later than the lab allows."
_TOO_PATIENT = "Its condition held, and not for as long as its for_s asks."
_ALREADY = "It had fired before the fault and went on: it told nobody anything new."

ALERT_CAUSES: Mapping[str, Mapping[str, str]] = {
    "missed-page": {
        "never-paged": "Nobody was woken, although somebody had to be.",
        "only-a-ticket": "A ticket was written where somebody had to be woken.",
        "paged-too-late": _TOO_LATE,
        "page-too-patient": _TOO_PATIENT,
        "already-paging": _ALREADY,
    },
    "missed-ticket": {
        "no-ticket": "No ticket was written, although one was due.",
        "ticket-too-late": _TOO_LATE,
        "ticket-too-patient": _TOO_PATIENT,
        "ticket-already-open": _ALREADY,
    },
    "false-page": {
        "paged-for-nothing": "Somebody was woken while nothing was wrong.",
        "paged-without-need": (
            "Somebody was woken for what the cluster mends by itself, or what can wait."
        ),
        "paged-on-after-recovery": (
            "The page went on long after the cluster was whole again: nobody can tell the next one."
        ),
    },
}
"""Anomaly -> cause -> what it means; part of `judge.anomalies.CAUSES`."""
