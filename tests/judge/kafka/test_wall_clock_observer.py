"""What brokers dated by the wall clock finds its place on the clock of a run."""

from __future__ import annotations

import time

import pytest

from judge.inside.observers.wall_clock import on_run_clock


def test_a_moment_now_is_now_on_the_runs_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "time", lambda: 1_700_000_000.0)
    place = on_run_clock(lambda: 2500.0)

    assert place(1_700_000_000_000) == 2500.0
    assert place(1_700_000_000_000 - 3000) == -500.0
