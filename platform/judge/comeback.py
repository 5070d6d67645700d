"""How the service came back after the recovery, and whether the cluster let it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from judge.index import History, sent_ms

MIN_JUDGED = 20
"""Fewer orders than this after the recovery say nothing about the service."""

SLOW_GAP_MS = 200.0
SLOW_SHARE = 0.5
"""Our careful producer sends every 20 ms. Where half of the time after the recovery lies in gaps
of 200 ms and more between its acknowledgements, the brokers were short of processor time: seen
with ten runs at once on two cores, where batches waited 5 s for their answer."""

SLOW_ANSWER_MS = 2000.0
"""A batch of the program that waited this long for its answer was held up by such a cluster."""


@dataclass(frozen=True, slots=True)
class Comeback:
    """The orders by which the time after the recovery is judged.

    first_ms: the first order accepted after the recovery. judged, accepted: how many were handed
    late enough to be judged, and how many of those were accepted; left are the others.
    """

    since_ms: float
    first_ms: float | None
    judged: int
    accepted: int
    left: tuple[str, ...]

    def late(self, within_ms: float) -> bool:
        """Whether no order was accepted within that time."""
        return self.first_ms is None or self.first_ms > self.since_ms + within_ms

    def few(self, share: float) -> bool:
        """Whether less than that share of the orders judged was accepted."""
        return self.judged >= MIN_JUDGED and self.accepted < share * self.judged


def comeback(history: History, since_ms: float, within_ms: float) -> Comeback:
    """Judge by the orders handed `within_ms` after the recovery at `since_ms`, or later.

    In a run too short for that: by the later half of those handed after the recovery.
    """
    first_ms = min((t for t in history.accepted.values() if t >= since_ms), default=None)
    handed = sorted((t, i) for i, t in history.handed.items() if t >= since_ms)
    judged = [i for t, i in handed if t >= since_ms + within_ms]
    if len(judged) < MIN_JUDGED:
        judged = [i for _, i in handed[len(handed) // 2 :]]
    left = tuple(filter(history.unaccepted.__contains__, judged))
    return Comeback(since_ms, first_ms, len(judged), len(judged) - len(left), left)


def held_up(history: History, since_ms: float) -> bool:
    """Whether the cluster was too slow after the recovery to tell a closed shop from a slow one.

    Our own producer must have been served in fits and starts, and the program's batches must
    have waited for it: a program that sends nothing, or is refused at once, gets no excuse.
    """
    waited = any(
        op.t_ms - sent_ms(op) >= SLOW_ANSWER_MS
        for op in history.appends
        if op.error is None and sent_ms(op) >= since_ms
    )
    return waited and _in_fits(history, since_ms)


def _in_fits(history: History, since_ms: float) -> bool:
    until_ms = max(history.handed.values(), default=since_ms)
    for topic, role in history.terms.canaries.items():
        acked_ms = sorted(
            t for t in history.canary_acked_ms.get(topic, ()) if since_ms <= t <= until_ms
        )
        if role != "good" or not acked_ms:
            continue
        edges = [since_ms, *acked_ms, until_ms]
        slow_ms = sum(b - a for a, b in pairwise(edges) if b - a >= SLOW_GAP_MS)
        if slow_ms >= SLOW_SHARE * (until_ms - since_ms):
            return True
    return False
