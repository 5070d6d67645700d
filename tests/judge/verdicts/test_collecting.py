"""Judging pauses the cyclic collector, and always lets it run again."""

from __future__ import annotations

import gc

import pytest

from judge import judging
from judge.collecting import collector_paused
from judge.errors import JudgeError
from judge.judging import judge_history


def test_it_is_paused_inside_and_runs_again_after():
    with collector_paused():
        assert not gc.isenabled()

    assert gc.isenabled()


def test_who_found_it_paused_leaves_it_paused():
    with collector_paused():
        with collector_paused():
            pass
        assert not gc.isenabled()

    assert gc.isenabled()


def test_it_runs_again_after_a_history_that_cannot_be_read():
    with pytest.raises(JudgeError):
        judge_history([])

    assert gc.isenabled()


def test_a_history_is_judged_without_it(monkeypatch):
    ran = []
    monkeypatch.setattr(judging, "index_history", lambda *_: ran.append(gc.isenabled()))

    with pytest.raises(AttributeError):
        judge_history([])

    assert ran == [False]
