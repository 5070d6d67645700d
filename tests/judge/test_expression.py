"""The condition of an alert rule: understood whole, or refused with its place and remedy."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from histories.profiles import many
from judge.expression import read_expression
from judge.expression_tokens import MAX_CHARS, ExpressionError

METRICS = ("lag", "brokers", "offline_partitions", "elections_total")
NOW = {"lag": 7.0, "brokers": 3.0, "offline_partitions": 0.0, "elections_total": 5.0}


def holds(text, **back):
    """Whether it holds now; `back` are values some time ago."""
    return read_expression(text, METRICS).holds(
        lambda name, back_ms: back[name] if back_ms else NOW[name]
    )


def refused(text):
    with pytest.raises(ExpressionError) as caught:
        read_expression(text, METRICS)
    return caught.value


@pytest.mark.parametrize(
    ("text", "held"),
    [
        ("lag > 6", True),
        ("lag > 7", False),
        ("lag >= 7 and lag <= 7 and lag == 7", True),
        ("lag != 7", False),
        ("lag < 7 or brokers < 4", True),
        ("not lag < 7", True),
        ("not (lag > 6 and brokers > 5)", True),
        ("not lag > 9 and lag > 9", False),
        ("lag > 9 and lag > 9 or lag > 1", True),
        ("lag > 1 or lag > 9 and lag > 9", True),
        ("lag + 1 * 2 == 9", True),
        ("(lag + 1) * 2 == 16", True),
        ("lag - 1 - 2 == 4", True),
        ("lag / brokers * brokers == 7", True),
        ("-lag < -6.5", True),
        ("--lag == 7", True),
        ("max(lag, brokers, 9) == 9", True),
        ("min(lag, brokers) + 1 == 4", True),
        ("\tlag\n>\r0", True),
    ],
)
def test_it_works_out_what_was_written(text, held):
    assert holds(text) is held


def test_it_tells_by_how_much_a_counter_grew():
    text = "increase(elections_total, 2.5) > 3"

    assert holds(text, elections_total=1.0) is True
    assert holds(text, elections_total=2.0) is False
    assert read_expression(text, METRICS).uses == (
        ("elections_total", 0.0),
        ("elections_total", 2500.0),
    )


def test_it_divides_by_nothing_without_an_error():
    assert holds("lag / offline_partitions > 1e300".replace("1e300", "9" * 90)) is True
    assert holds("-lag / offline_partitions < 0") is True
    assert holds("offline_partitions / offline_partitions > 0") is False
    assert holds("offline_partitions / offline_partitions <= 0") is False


@pytest.mark.parametrize(
    ("text", "position", "said"),
    [
        ("", 1, "its end stands where a number or a metric was expected"),
        ("lag", 1, "“lag” is a number and no condition"),
        ("lag >", 6, "its end stands where"),
        ("lag > 1 lag", 9, "Join conditions by and, or, not."),
        ("lag = 1", 5, "Write == to compare."),
        ("lag > 1 && lag > 2", 9, "Write and."),
        ("!lag", 1, "Write not."),
        ("lag > 5s", 7, "Write digits alone, without a unit."),
        ("lag > 5%", 8, "Write a share as a number: 0.5."),
        ("lag > .5", 7, "digits on both sides"),
        ("lag > 1e5", 7, "“1e5” is no number"),
        ("lag > '5'", 7, "“'” means nothing here"),
        ("lag > 5\0", 8, r"“\x00” means nothing here"),
        ("1 < lag < 5", 9, "Write `a < b and b < c`."),
        ("lag and lag > 1", 1, "begins a number, and and wants a yes or no"),
        ("(lag > 1) + 1 > 1", 2, "begins a yes or no, and + wants a number"),
        ("-(lag > 1) > 1", 3, "begins a yes or no, and - wants a number"),
        ("max(lag > 1) > 1", 9, "“>” stands where a ) was expected"),
        ("max() > 1", 5, "“)” stands where"),
        ("(lag > 1", 9, "its end stands where a ) was expected"),
        ("laag > 1", 1, "Did you mean lag?"),
        ("zzzzzz > 1", 1, "There are: brokers, elections_total, lag, offline_partitions."),
        ("Lag > 1", 1, "“Lag” is no metric. Did you mean lag?"),
        ("increase(lag, 5) > 1", 10, "increase() takes a counter: a name in _total."),
        ("increase(elections_total, lag) > 1", 27, "must be a number of seconds above 0"),
        ("increase(elections_total, 0) > 1", 27, "600 at most"),
        ("increase(elections_total, 601) > 1", 27, "600 at most"),
        ("increase(elections_total) > 1", 25, "stands where a , was expected"),
        ("__import__('os')", 12, "“'” means nothing here"),
        ("__import__(1) > 0", 1, "“__import__” is no metric"),
        ("lag.real > 1", 4, "“.” means nothing here"),
        ("and > 1", 1, "“and” stands where"),
        ("(" * 20 + "lag > 1" + ")" * 20, 18, "is nested too deeply. Write two rules."),
        ("not " * 20 + "lag > 1", 69, "is nested too deeply"),
        ("-" * 20 + "lag > 1", 18, "is nested too deeply"),
        ("lag > " + "1" * MAX_CHARS, 201, "comes after 200 characters"),
    ],
)
def test_it_refuses_with_the_place_the_rule_and_the_remedy(text, position, said):
    error = refused(text)

    assert error.at.position == position
    assert said in str(error)


WORDS = (*METRICS, "and", "or", "not", "max", "min", "increase", "lambda", "if")
PIECES = st.one_of(
    st.sampled_from((*WORDS, *"()+-*/<>=!,.", "<=", "==", " ", "0", "1.5", "60")),
    st.text(max_size=3),
)


@given(st.one_of(st.text(max_size=300), st.lists(PIECES, max_size=60).map(" ".join)))
@many(500)
def test_whatever_is_written_it_is_understood_or_refused_in_words(text):
    found = understood_or_why_not(text)

    if isinstance(found, ExpressionError):
        assert 1 <= found.at.position <= len(text) + 1
        return
    for value in (0.0, 1.0, math.inf, math.nan):
        assert found.holds(lambda _name, _back_ms, value=value: value) in (True, False)


def understood_or_why_not(text):
    try:
        return read_expression(text, METRICS)
    except ExpressionError as error:
        return error


NUMBERS = st.integers(0, 9).map(str)
SUMS = st.recursive(
    NUMBERS,
    lambda inner: st.tuples(inner, st.sampled_from("+-*"), inner).map(lambda t: f"({' '.join(t)})"),
    max_leaves=8,
)


@given(SUMS, st.sampled_from(["<", "<=", ">", ">=", "==", "!="]), SUMS)
@many(200)
def test_it_agrees_with_arithmetic(left, sign, right):
    text = f"{left} {sign} {right}"

    # Our own text, of digits and signs only: Python may say what it is.
    assert read_expression(text, ()).holds(lambda _name, _back_ms: 0.0) is eval(text)
