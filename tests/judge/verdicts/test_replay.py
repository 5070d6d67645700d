"""A stored history, judged again, gives the same bytes."""

from __future__ import annotations

import pytest

from histories.words import handed, history, read, served, served_ids, sound_run
from judge.errors import JudgeError
from judge.history import write_history
from judge.judging import judge_history
from judge.replay import replay


@pytest.fixture
def ops():
    lie = handed("o1", at=500)
    return history(sound_run(), lie, served(), read(*served_ids(), offset=1000))


@pytest.mark.parametrize("stage", ["fix", "reproduce"])
def test_it_gives_the_same_bytes_as_the_run(tmp_path, ops, stage):
    path = tmp_path / "history.jsonl"
    write_history(path, ops)

    judged, again = judge_history(ops, stage=stage), replay(path, stage=stage)

    assert again.to_json().encode() == judged.to_json().encode()


def test_it_keeps_the_timings_and_versions_of_the_run(tmp_path, ops):
    path = tmp_path / "history.jsonl"
    write_history(path, ops)

    report = replay(path)

    assert report.timings_s == {"ready_s": 3.0}
    assert report.versions == {"kafka": "4.3.1"}
    assert (report.lab, report.stage, report.seed) == ("a-lab", "fix", 7)


def test_it_names_the_line_that_cannot_be_read(tmp_path, ops):
    path = tmp_path / "history.jsonl"
    write_history(path, ops)
    path.write_text(path.read_text() + '{"t_ms": 1, "sour')

    with pytest.raises(JudgeError, match=rf"history\.jsonl, line {len(ops) + 1}: "):
        replay(path)


def test_it_names_a_field_that_it_does_not_know(tmp_path):
    path = tmp_path / "history.jsonl"
    path.write_text('{"t_ms":1,"source":"tap","type":"ok","f":"append","colour":"red"}\n')

    with pytest.raises(JudgeError, match=r"line 1: .*colour"):
        replay(path)


def test_it_refuses_terms_of_another_schema(tmp_path):
    path = tmp_path / "history.jsonl"
    path.write_text(
        '{"t_ms":0,"source":"scenario","type":"info","f":"begin","detail":{"schema":99}}\n'
    )

    with pytest.raises(JudgeError, match="schema 99; this judge reads 1"):
        replay(path)


def test_it_says_that_there_is_no_such_file(tmp_path):
    with pytest.raises(JudgeError, match="No such file"):
        replay(tmp_path / "nowhere.jsonl")
