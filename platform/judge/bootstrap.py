"""How far the median of a few paired ratios can be trusted."""

from __future__ import annotations

from collections.abc import Sequence
from math import comb
from statistics import median


def median_interval(values: Sequence[float], confidence: float) -> tuple[float, float, float]:
    """The median, and the ends of its bootstrap interval at this confidence.

    Every resample counts here, by the binomial distribution of how many of its values are among
    the smallest k, so nothing is drawn at random and no seed is needed. With an even number the
    interval reaches from the lower middle value to the upper one.

    Raises ValueError for no values at all.
    """
    ordered, tail = sorted(values), (1 - confidence) / 2
    low = _quantile(ordered, (len(ordered) + 1) // 2, tail)
    high = _quantile(ordered, len(ordered) // 2 + 1, 1 - tail)
    return median(ordered), low, high


def _quantile(ordered: Sequence[float], rank: int, share: float) -> float:
    """The value that a resample's `rank`-th smallest does not exceed with this probability."""
    count = len(ordered)
    for k in range(1, count):
        if _at_least(rank, count, k / count) >= share:
            return ordered[k - 1]
    return ordered[-1]


def _at_least(least: int, count: int, p: float) -> float:
    """The probability of `least` or more successes in `count` trials."""
    return sum(comb(count, j) * p**j * (1 - p) ** (count - j) for j in range(least, count + 1))
