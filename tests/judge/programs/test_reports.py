"""A report of a command is a claim: taken when it has the form, dropped when it has not."""

from __future__ import annotations

import pytest

from judge.inside.programs.kind import Command
from judge.inside.programs.reports import read_report


def test_it_reads_a_report() -> None:
    text = '{"line": "kafka-topics.sh --list", "code": 1, "seconds": 0.4}'

    assert read_report(text, 7.0) == Command("kafka-topics.sh --list", 1, 0.4, 7.0)


def test_it_cuts_a_long_line() -> None:
    found = read_report('{"line": "%s", "code": 0, "seconds": 1}' % ("x" * 5000), 0.0)

    assert found is not None
    assert len(found.line) == 800


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "[" * 100_000,
        '{"line": "x", "code": true, "seconds": 1}',
        '{"line": "x", "code": 256, "seconds": 1}',
        '{"line": "x", "code": 0, "seconds": -1}',
        '{"line": "x", "code": 0, "seconds": 1e999}',
        '{"line": "x", "code": 0, "seconds": NaN}',
        '{"line": "x", "code": 0}',
    ],
)
def test_it_drops_what_is_no_report(text: str) -> None:
    assert read_report(text, 0.0) is None
