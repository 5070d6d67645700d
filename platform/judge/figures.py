"""The numbers of a run, for the head of a report."""

from __future__ import annotations

from judge.acknowledgements import acknowledgements
from judge.fates import fates
from judge.held_back import longest_held_back_ms
from judge.index import History
from judge.recovery import downtime_ms, recovered_ms

Figures = dict[str, float | int | str]


def figures(history: History) -> Figures:
    """Counts of orders unless the name has a unit; docs/verdicts.md lists them."""
    ours, accepted, refused = history.handed, history.accepted, history.refused
    became = fates(history)
    numbers: Figures = {
        "handed": len(ours),
        "accepted": len(ours) - len(history.unaccepted),
        "refused": len((refused.keys() & ours.keys()) - accepted.keys()),
        "unanswered": len(ours) - history.answered,
        "acknowledged": len(acknowledgements(history).by_id),
        "readable": len(ours) - len(history.unread),
        "lost": len(became.lost),
        "duplicates": len(history.read_again),
        "refused_but_readable": len((refused.keys() & history.first_read.keys()) - accepted.keys()),
        "downtime_ms": downtime_ms(history),
    }
    for killed_ms in sorted(history.died.values())[:1]:
        numbers["killed_ms"] = killed_ms
    since_ms = recovered_ms(history)
    if since_ms is not None:
        numbers["recovered_ms"] = since_ms
    held_back_ms = longest_held_back_ms(history)
    if held_back_ms is not None:
        numbers["held_back_ms"] = held_back_ms
    for role in sorted(set(history.terms.canaries.values())):
        numbers |= _canary(history, role)
    return numbers


def _canary(history: History, role: str) -> Figures:
    sent = lost = 0
    for topic, has in history.terms.canaries.items():
        if has == role:
            told = history.canary_sent.get(topic, set())
            sent += len(told)
            lost += len(told - history.canary_read.get(topic, set()))
    return {f"canary_{role}_acknowledged": sent, f"canary_{role}_lost": lost}
