"""A program's side effects are noted one by one, twice when they were done twice."""

from __future__ import annotations

import json

import pytest

from judge.history import Op
from judge.inside.workload.answers import Answers
from judge.inside.workload.sink import TIMES_NOTED, Sink


def line(order_id: object, status: object = "processed") -> str:
    return json.dumps({"order_id": order_id, "status": status})


def heard_by(*lines: str) -> tuple[Sink, list[Op]]:
    ops: list[Op] = []
    clock = iter(float(tick) for tick in range(10_000))
    sink = Sink(ops.append, lambda: next(clock), "worker-2")
    for text in lines:
        sink.hear(text)
    return sink, ops


def test_it_notes_each_side_effect_with_its_moment_and_its_program():
    sink, ops = heard_by(line("o1"), line("o2"))

    assert [(op.source, op.type, op.f, op.id, op.t_ms) for op in ops] == [
        ("program", "ok", "processed", "o1", 0.0),
        ("program", "ok", "processed", "o2", 1.0),
    ]
    assert ops[0].detail == {"program": "worker-2"}
    assert (sink.processed, sink.repeated) == (2, 0)


def test_it_notes_a_side_effect_again_when_it_is_done_again():
    sink, ops = heard_by(line("o1"), line("o2"), line("o1"))

    assert [op.id for op in ops] == ["o1", "o2", "o1"]
    assert (sink.processed, sink.repeated) == (2, 1)


def test_a_flood_of_the_same_side_effect_is_counted_but_not_all_noted():
    sink, ops = heard_by(*[line("o1")] * (TIMES_NOTED + 50), line("o2"))

    assert [op.id for op in ops] == ["o1"] * TIMES_NOTED + ["o2"]
    assert sink.repeated == TIMES_NOTED + 49


@pytest.mark.parametrize(
    "text",
    [
        "o1 processed",
        "{",
        "[]",
        "null",
        '{"order_id": "o1"}',
        '{"status": "processed"}',
        line(5),
        line(["o1"]),
        line("o1", "accepted"),
        line("o1", None),
        line("o1", ["processed"]),
        line("o" * 65),
        '{"order_id": "o1", "status": "processed"} trailing',
        "{" * 100_000,
        '{"a":' * 100_000,
    ],
)
def test_anything_else_is_only_output(text: str):
    sink, ops = heard_by()

    assert sink.hear(text) is False
    assert ops == []


def test_answers_and_side_effects_of_one_program_do_not_get_in_each_others_way():
    ops: list[Op] = []
    answers, sink = Answers(ops.append, lambda: 0.0), Sink(ops.append, lambda: 0.0)

    for text in (line("o1", "accepted"), line("o1")):
        assert answers.hear(text) or sink.hear(text)

    assert [(op.f, op.id) for op in ops] == [("send", "o1"), ("processed", "o1")]
