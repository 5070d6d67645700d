"""Evidence: which few operations are shown, in which order, and how a sentence counts them."""

from __future__ import annotations

import pytest

from judge.checkers.evidence import LIMIT, choose, earliest_first, how_many, in_time, seconds, some
from judge.verdict import Anomaly, Evidence

HUNDRED = range(100)


def anomaly(cause, *rows):
    return Anomaly("an-anomaly", cause, len(rows), "", rows)


@pytest.mark.parametrize("count", [0, 1, LIMIT])
def test_it_shows_all_where_they_are_few(count):
    assert some(range(count)) == list(range(count))


def test_it_shows_the_first_the_last_and_an_even_spread_of_many():
    assert some(HUNDRED) == [0, 12, 24, 37, 49, 61, 74, 99]
    assert some(range(LIMIT + 1)) == [0, 1, 2, 3, 4, 5, 6, 8]


def test_it_shows_the_one_nearest_to_a_moment_as_well():
    assert choose(HUNDRED, float, 50.4) == [0, 12, 24, 37, 49, 50, 61, 99]


def test_it_shows_the_earlier_of_two_that_are_as_near():
    assert choose(HUNDRED, lambda n: n // 10, 5) == [0, 12, 24, 37, 49, 50, 61, 99]


def test_it_shows_as_many_where_the_nearest_is_in_the_spread_or_at_an_end():
    assert choose(HUNDRED, float, 24) == some(HUNDRED)
    assert choose(HUNDRED, float, 0) == choose(HUNDRED, float, 200) == some(HUNDRED)


def test_it_orders_rows_by_time_then_by_id_and_those_without_a_time_first():
    rows = [
        Evidence("fifth", 2.0, "b"),
        Evidence("fourth", 2.0, "a"),
        Evidence("second", 0.5, "y"),
        Evidence("third", 2.0),
        Evidence("first", None, "z"),
    ]

    assert [row.what for row in in_time(rows)] == ["first", "second", "third", "fourth", "fifth"]


def test_it_orders_anomalies_by_their_first_row_then_by_cause():
    early, late, never = Evidence("", 0.5), Evidence("", 2.0), Evidence("")

    found = earliest_first(
        [anomaly("c", late, early), anomaly("b", late), anomaly("d", early), anomaly("a", never)]
    )
    backwards = earliest_first([anomaly("a", late, never), anomaly("b", early, late)])

    assert [each.cause for each in found] == ["a", "d", "b", "c"]
    assert [each.cause for each in backwards] == ["b", "a"]


def test_it_counts_as_people_do():
    counted = [how_many(count, "order") for count in (0, 1, 2, 1994)]

    assert counted == ["0 orders", "1 order", "2 orders", "1,994 orders"]


def test_it_says_moments_in_seconds():
    assert (seconds(6412.4), seconds(0)) == ("6.412 s", "0.000 s")
