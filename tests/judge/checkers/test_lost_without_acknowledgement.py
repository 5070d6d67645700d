"""Lost writes that no broker had acknowledged: sent in vain, refused, or never sent at all."""

from __future__ import annotations

from dataclasses import replace

import pytest

from histories.told import causes
from histories.words import (
    accepted,
    acknowledged,
    handed,
    history,
    killed,
    read,
    refused,
    stored,
    turned_away,
    unanswered,
)
from judge.checkers import lost_writes
from judge.indexing import index_history


def check(*parts, **terms):
    return lost_writes.check(index_history(history(*parts, **terms)))


@pytest.mark.parametrize(
    "batch",
    [
        unanswered("o1", acks=-1),
        unanswered("o1", acks=0),
        turned_away("o1", error="NOT_ENOUGH_REPLICAS_AFTER_APPEND"),
    ],
    ids=["no answer", "acks=0", "refused after the append"],
)
def test_it_holds_a_stored_order_without_acknowledgement_against_the_program(batch):
    result = check(
        handed("o1"), batch, accepted("o1"), stored("o1", on=[2]), killed(2), read(end=0)
    )

    assert causes(result) == {("lost-write", "accepted-without-acknowledgement"): 1}


@pytest.mark.parametrize(
    "batch",
    [turned_away("o1"), unanswered("o1"), unanswered("o1", acks=0)],
    ids=["refused", "no answer", "acks=0"],
)
def test_it_clears_the_program_of_not_sending_when_a_batch_can_have_held_the_order(batch):
    result = check(handed("o1"), batch, accepted("o1"), read(end=0))

    assert causes(result) == {("lost-write", "accepted-without-acknowledgement"): 1}


def test_it_says_never_sent_when_the_tap_saw_no_batch():
    result = check(handed("o1", "o2"), accepted("o1", "o2"), read(end=0))

    assert causes(result) == {("lost-write", "never-sent"): 2}
    assert result.anomalies[0].evidence[0].what == (
        "order o1 was accepted by the program at 0.130 s; "
        "no batch that could have held it reached a broker"
    )


def test_it_says_never_sent_for_as_many_as_the_refused_batches_cannot_have_held():
    result = check(
        handed("o1", "o2", "o3"),
        turned_away("o1", "o2"),
        turned_away("o1", "o2", at=300),
        accepted("o1", "o2", "o3"),
        read(end=0),
    )

    assert causes(result) == {
        ("lost-write", "accepted-without-acknowledgement"): 2,
        ("lost-write", "never-sent"): 1,
    }


def test_it_says_never_sent_when_the_refused_batch_left_before_the_order_was_handed():
    result = check(
        handed("o1", at=100),
        turned_away("o1", at=120),
        refused("o1", at=125),
        handed("o2", at=5000),
        accepted("o2", at=5001),
        read(end=0),
    )

    assert causes(result) == {("lost-write", "never-sent"): 1}


def test_it_forgives_a_refused_order_that_a_broker_acknowledged():
    result = check(
        handed("o1"),
        acknowledged("o1", acks=1, by=2),
        refused("o1"),
        stored("o1", on=[2]),
        killed(2),
        read(end=0),
    )

    assert result.anomalies == ()


@pytest.mark.parametrize(
    ("batch", "doubt"),
    [
        (turned_away("o1"), "could have held it was refused by broker 2 (NOT_ENOUGH_REPLICAS)"),
        (unanswered("o1"), "the batch that could have held it got no answer from broker 2"),
        (unanswered("o1", acks=0), "was sent to broker 2 with acks=0, which asks for no answer"),
    ],
    ids=["refused", "no answer", "acks=0"],
)
def test_it_says_what_became_of_the_batch_that_was_not_acknowledged(batch, doubt):
    result = check(handed("o1"), batch, accepted("o1"), read(end=0))

    (evidence,) = result.anomalies[0].evidence
    assert doubt in evidence.what
    assert evidence.what.endswith("no surviving replica holds it")
    assert evidence.detail["response"] == (batch[0].error or "none")
    assert evidence.detail["acks"] == batch[0].detail["acks"]


def test_it_says_so_when_the_tap_saw_nothing_of_a_batch_that_a_dead_log_holds():
    result = check(handed("o1"), accepted("o1"), stored("o1", on=[2]), killed(2), read(end=0))

    assert causes(result) == {("lost-write", "accepted-without-acknowledgement"): 1}
    (evidence,) = result.anomalies[0].evidence
    assert "the tap saw no answer" in evidence.what
    assert (evidence.partition, evidence.offset) == (0, 0)


def test_it_tells_of_no_death_where_the_tap_does_not_know_the_broker():
    unknown = [replace(op, broker=None) for op in acknowledged("o1", acks=1)]

    result = check(handed("o1"), unknown, stored("o1", on=[1]), killed(1), read(end=0))

    assert "died" not in result.anomalies[0].evidence[0].what


def test_it_says_that_the_batch_held_the_order_where_a_dead_log_shows_it():
    dead = [*stored("o1", on=[2]), *killed(2)]

    result = check(handed("o1"), unanswered("o1"), accepted("o1"), dead, read(end=0))

    assert "the batch that held it got no answer" in result.anomalies[0].evidence[0].what


@pytest.mark.parametrize(("handed_at", "cause"), [
    (368, "accepted-without-acknowledgement"),
    (369, "never-sent"),
])  # fmt: skip
def test_it_forgives_a_ledger_that_is_a_quarter_of_a_second_late(handed_at, cause):
    result = check(
        handed("o1", at=handed_at),
        turned_away("o1", at=120, sent=118),
        accepted("o1", at=400),
        read(end=0),
    )

    assert causes(result) == {("lost-write", cause): 1}


def test_it_takes_the_last_orders_for_those_that_were_never_sent():
    ids = [f"o{number}" for number in range(6)]
    orders = [op for n, i in enumerate(ids) for op in handed(i, at=100 + n * 10)]
    claims = [op for n, i in enumerate(ids) for op in accepted(i, at=105 + n * 10)]

    result = check(orders, claims, turned_away("o0", "o1", "o2", at=400), read(end=0))

    shown = {a.cause: [row.id for row in a.evidence] for a in result.anomalies}
    assert shown == {
        "accepted-without-acknowledgement": ["o0", "o1", "o2"],
        "never-sent": ["o3", "o4", "o5"],
    }
