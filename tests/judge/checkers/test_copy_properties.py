"""Exactly-once copy on generated runs: no false alarm, no miss, each cause by its name."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from histories.profiles import many
from histories.simulate_copy import MANNERS, Turn, play, turns
from judge.checkers import aborted_reads, exactly_once_copy, torn_transaction
from judge.copies import uncopied
from judge.indexing import index_history
from judge.judging import judge_history

MEANS = {
    "outside": ("copy-lost", "offsets-outside-the-transaction"),
    "plain": ("copy-doubled", "not-transactional"),
    "early": ("copy-lost", "committed-before-written"),
    "forgetful": ("copy-lost", "aborted-only"),
}
"""What each careless manner does to a turn that is cut off."""


def checked(ops):
    return exactly_once_copy.check(index_history(ops))


def counted(result):
    return {(a.name, a.cause): a.count for a in result.anomalies}


@many(1000)
@given(turns())
def test_it_raises_no_alarm_on_a_careful_copy(made):
    ops, truth = play(made)
    history = index_history(ops)

    assert truth.lost == truth.twice == set()
    assert exactly_once_copy.check(history).anomalies == ()
    assert exactly_once_copy.check(history).kept is (True if any(t.told for t in made) else None)
    assert aborted_reads.check(history).anomalies == ()
    assert torn_transaction.check(history).kept is True


@many(300)
@given(turns(), st.sampled_from(MANNERS))
def test_it_finds_every_record_lost_or_doubled_and_no_other(made, manner):
    ops, truth = play(made, manner)
    history = index_history(ops)
    doubled = {i for i in history.read_again if i in history.filled}

    assert {loss.id for loss in uncopied(history).lost} == truth.lost
    assert doubled == truth.twice
    assert checked(ops).figures["copies_doubled"] == len(truth.twice)


@pytest.mark.parametrize("manner", MEANS)
@many(100)
@given(made=turns(told=(True,), cut=(False,)), size=st.integers(1, 4), place=st.integers(0, 8))
def test_it_names_what_a_careless_manner_does(manner, made, size, place):
    cut = Turn(size, cut=True)
    ops, _ = play([*made[:place], cut, *made[place:]], manner)

    assert counted(checked(ops)) == {MEANS[manner]: size}


@many(200)
@given(turns(told=(True,)), st.sampled_from(MANNERS))
def test_it_gives_each_manner_its_own_name(made, manner):
    ops, truth = play(made, manner)
    expected = Counter()
    if truth.lost or truth.twice:
        expected[MEANS[manner]] = len(truth.lost | truth.twice)

    assert counted(checked(ops)) == expected


@many(60)
@given(turns(), st.sampled_from(MANNERS), st.randoms(use_true_random=False))
def test_it_judges_to_the_same_bytes_in_whatever_order_operations_are_noted(made, manner, rng):
    ops, _ = play(made, manner)
    mixed = list(ops)
    rng.shuffle(mixed)

    assert judge_history(mixed).to_json() == judge_history(ops).to_json()


@many(60)
@given(turns(), st.sampled_from(MANNERS), st.randoms(use_true_random=False))
def test_it_does_not_depend_on_the_names_of_records(made, manner, rng):
    ops, _ = play(made, manner)
    ids = sorted({op.id for op in ops if op.source == "ledger"})
    names = [f"n{number}" for number in range(len(ids))]
    rng.shuffle(names)
    others = dict(zip(ids, names, strict=True))
    renamed = [
        replace(
            op,
            id=others.get(op.id, op.id),
            ids=None if op.ids is None else [others.get(i, i) for i in op.ids],
        )
        for op in ops
    ]

    assert counted(checked(renamed)) == counted(checked(ops))


@many(100)
@given(turns(), st.sampled_from(MANNERS))
def test_it_never_finds_more_when_our_producer_heard_less(made, manner):
    heard, _ = play([replace(turn, told=True) for turn in made], manner)
    half, _ = play(made, manner)

    for name, count in counted(checked(half)).items():
        assert count <= counted(checked(heard))[name]


@many(100)
@given(turns(told=(True,)), st.sampled_from(MANNERS))
def test_it_reaches_a_verdict_whatever_was_aborted_on_the_way(made, manner):
    terms = {"promises": ("exactly_once_copy",), "options": {"program": {"expects": "nothing"}}}
    ops, truth = play(made, manner, **terms)
    broken = bool(truth.lost or truth.twice)

    report = judge_history(ops)

    assert (report.verdict, report.reason) == (
        ("FAIL", MEANS[manner][1]) if broken else ("PASS", None)
    )


def test_the_model_is_not_vacuous():
    cut = [Turn(2, cut=True), Turn(1), Turn(3, partition=1, cut=True)]

    assert {manner: bool(counted(checked(play(cut, manner)[0]))) for manner in MANNERS} == {
        "careful": False,
        "outside": True,
        "plain": True,
        "early": True,
        "forgetful": True,
    }
