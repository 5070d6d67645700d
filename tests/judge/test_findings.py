"""Findings are read out of a program's lines, and whatever is none is only output."""

from __future__ import annotations

import pytest

from judge.history import Op
from judge.inside.workload.findings import Findings


def hear(*lines: str) -> list[Op]:
    ops: list[Op] = []
    findings = Findings(ops.append, lambda: 5.0)
    for line in lines:
        findings.hear(line)
    return ops


def test_it_notes_an_order_with_its_offset_and_epoch():
    (op,) = hear('{"order_id": "o1", "status": "lost", "offset": 7, "leader_epoch": 2}')

    assert (op.source, op.f, op.id, op.offset, op.epoch) == ("program", "finding", "o1", 7, 2)


def test_the_first_word_on_an_order_stands():
    ops = hear(
        '{"order_id": "o1", "status": "lost", "offset": 7}',
        '{"order_id": "o1", "status": "lost", "offset": 8}',
    )

    assert [op.offset for op in ops] == [7]


@pytest.mark.parametrize("offset", ['"7"', "true", "-1", "1e400", "null"])
def test_a_place_that_is_no_whole_number_is_no_place(offset):
    (op,) = hear(f'{{"order_id": "o1", "status": "lost", "offset": {offset}}}')

    assert op.offset is None


@pytest.mark.parametrize(
    "line",
    ["lost", "{", '["o1"]', '{"order_id": 1, "status": "lost"}', '{"order_id": "o1"}', "{" * 9000],
)
def test_other_lines_are_no_findings(line):
    assert hear(line) == []
