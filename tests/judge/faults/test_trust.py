"""Who may tell old tales while a cut holds: worked out from who can call whom."""

from __future__ import annotations

import pytest

from judge.inside.cuts import calls, cut_apart, pairs
from judge.inside.trust import unheard

BROKERS = (1, 2, 3)


def both_ways(first: tuple[int, ...], second: tuple[int, ...]) -> set[tuple[int, int]]:
    return {*pairs(first, second), *pairs(second, first)}


def test_everybody_is_believed_without_a_cut() -> None:
    assert unheard(BROKERS, BROKERS, set()) == frozenset()


@pytest.mark.parametrize("alone", BROKERS)
def test_a_minority_is_not_believed(alone: int) -> None:
    rest = tuple(broker for broker in BROKERS if broker != alone)

    assert unheard(BROKERS, BROKERS, both_ways((alone,), rest)) == {alone}


def test_two_that_cannot_call_each_other_are_not_believed_and_the_third_is() -> None:
    # Whichever of 1 and 3 rules, the other does not hear of it; 2 hears of it from either.
    assert unheard(BROKERS, BROKERS, both_ways((1,), (3,))) == {1, 3}


def test_who_cannot_call_hears_nothing_and_who_cannot_be_called_does() -> None:
    assert unheard(BROKERS, BROKERS, set(pairs((1,), (2, 3)))) == {1}


def test_a_broker_that_is_cut_from_the_separate_controller_is_not_believed() -> None:
    assert unheard(BROKERS, (101,), both_ways((2,), (101,))) == {2}


def test_nobody_is_believed_when_no_voter_has_a_majority() -> None:
    assert unheard(BROKERS, BROKERS, both_ways(BROKERS, BROKERS)) == frozenset(BROKERS)


def test_a_cut_of_some_ports_has_both_ends_of_a_connection_in_it() -> None:
    rules = cut_apart((1,), (2, 3), ("replication",))

    assert len(rules) == 4
    assert "ip saddr { 10.77.0.11 } ip daddr { 10.77.0.12, 10.77.0.13 } tcp sport { 9094 }" in rules


def test_a_cut_of_all_ports_has_every_packet_in_it() -> None:
    rules = cut_apart((1,), (2,), ("client", "replication", "controller"))

    assert not any("tcp" in rule for rule in rules)


def test_a_cut_one_way_leaves_the_answers_to_the_other_ones_calls() -> None:
    (rule,) = calls((1,), (2,), ("controller",))

    assert rule == "ip saddr { 10.77.0.11 } ip daddr { 10.77.0.12 } tcp dport { 9093 }"
