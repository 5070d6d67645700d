"""Orders carry ids that only the ledger can make, and a program's answers are heard strictly."""

from __future__ import annotations

import json

import pytest

from judge.inside.workload.answers import Answers
from judge.inside.workload.ledger import Ledger


def test_it_knows_its_own_orders_again():
    ledger = Ledger(b"key", seed=7, customers=3)

    order = ledger.draw()

    assert ledger.id_of(order.line.encode()) == order.id


def test_it_gives_the_same_orders_for_the_same_seed():
    lines = [
        [ledger.draw().line for _ in range(5)]
        for ledger in (Ledger(b"key", 7, 3), Ledger(b"key", 7, 3))
    ]

    assert lines[0] == lines[1]


@pytest.mark.parametrize(
    "value",
    [
        None,
        b"",
        b"{",
        b"[]",
        b"null",
        b'{"order_id": 5}',
        b'{"order_id": "o000000-000000000000"}',
        b'{"order_id": "o999999-abc"}',
        b'{"order_id": "x"}',
        b'{"order_id": null}',
        b"\xff\xfe",
        b"[" * 100_000,
    ],
)
def test_it_calls_everything_else_foreign(value):
    ledger = Ledger(b"key", seed=7, customers=3)
    ledger.draw()

    assert ledger.id_of(value) is None


def test_it_does_not_know_an_order_that_was_signed_but_never_handed_out():
    ahead, ledger = Ledger(b"key", 7, 3), Ledger(b"key", 7, 3)
    ahead.draw()
    future = ahead.draw()
    ledger.draw()

    assert ledger.id_of(future.line.encode()) is None


def hear(*lines: str):
    ops = []
    answers = Answers(ops.append, lambda: 0.0)
    heard = [answers.hear(line) for line in lines]
    return answers, ops, heard


def test_it_takes_the_first_answer_for_an_order():
    accepted = json.dumps({"order_id": "o1", "status": "accepted"})
    refused = json.dumps({"order_id": "o1", "status": "refused"})

    answers, ops, _ = hear(accepted, refused)

    assert (answers.accepted, answers.refused) == (1, 0)
    assert [(op.type, op.id) for op in ops] == [("ok", "o1")]


@pytest.mark.parametrize(
    "line",
    [
        "accepted o1",
        "{",
        '{"order_id": "o1"}',
        '{"order_id": "o1", "status": "PASS"}',
        '{"order_id": 1, "status": "accepted"}',
        '{"verdict": "PASS"}',
        '{"order_id": "' + "x" * 100 + '", "status": "accepted"}',
        '{"order_id": [], "status": []}',
    ],
)
def test_it_takes_anything_else_for_mere_output(line):
    answers, ops, heard = hear(line)

    assert heard == [False]
    assert not ops
    assert answers.answered == 0


@pytest.mark.parametrize(
    ("change", "key", "faithful"),
    [
        ({}, None, True),
        ({"tax_cents": 7}, None, True),
        ({"amount_cents": 1}, None, False),
        ({"customer": "cust-0"}, None, False),
        ({"placed_at": ...}, None, False),
        ({}, b"cust-0", False),
        ({}, b"", False),
    ],
)
def test_it_tells_a_faithful_copy_from_one_that_was_changed(change, key, faithful):
    ledger = Ledger(b"key", seed=7, customers=3)
    order = [ledger.draw() for _ in range(3)][1]
    body = {**json.loads(order.line), **change}
    copy = json.dumps({name: value for name, value in body.items() if value is not ...})

    kept = ledger.keeps(order.id, order.customer.encode() if key is None else key, copy.encode())

    assert kept is faithful


def test_it_takes_the_line_itself_for_a_faithful_copy():
    ledger = Ledger(b"key", seed=7, customers=3)
    order = ledger.draw()

    assert ledger.keeps(order.id, order.customer.encode(), order.line.encode())
    assert not ledger.keeps(order.id, None, order.line.encode())
