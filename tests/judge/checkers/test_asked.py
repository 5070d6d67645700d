"""Asked: a limit that only a lab can set is judged where a lab set it, or wants it broken."""

from __future__ import annotations

import pytest

from histories.words import history
from judge.checkers.asked import asked
from judge.indexing import index_history


def is_asked(**terms):
    run = index_history(history(**({"promises": ()} | terms)))
    return asked(run, "balance", "imbalance")


@pytest.mark.parametrize(
    "terms",
    [
        {"promises": ("lost_writes", "balance")},
        {"options": {"balance": {"max_ratio": 2}}},
        {"wanted_anomaly": "imbalance"},
    ],
    ids=["promised", "given a limit", "wanted"],
)
def test_it_is_asked_by_each_of_the_three_ways_alone(terms):
    assert is_asked(**terms) is True


def test_it_is_asked_by_nothing_else():
    other = {"promises": ("stall",), "options": {"stall": {}}, "wanted_anomaly": "stalled"}

    assert is_asked() is is_asked(**other) is False
