"""Writes resume: the scenario waits for our own producer, and blames whoever was to mend it."""

from __future__ import annotations

from histories.words import healthy, history
from judge.checkers import writes_resume
from judge.history import Op
from judge.indexing import index_history

STORED = [
    Op(10, "ledger", "invoke", "send", id="o1", key="k"),
    Op(15, "ledger", "ok", "send", id="o1", key="k", topic="orders", partition=0, offset=0),
]


def cut(reason: str) -> list[Op]:
    return [Op(9000, "scenario", "info", "cut_short", error=reason, detail={"message": "late"})]


def check(*parts, promises=("writes_resume",)):
    return writes_resume.check(index_history(history(healthy(), *parts, promises=promises)))


def test_it_is_kept_when_the_scenario_came_to_its_end():
    assert check(STORED).kept is True


def test_it_reports_a_cluster_that_still_refuses_writes():
    result = check(STORED, cut("program-silent"))

    assert result.kept is False
    (anomaly,) = result.anomalies
    assert (anomaly.name, anomaly.cause) == ("unavailable", "writes-still-refused")
    assert any("in sync at the end" in row.what for row in anomaly.evidence)


def test_a_program_that_ended_too_early_is_for_another_check():
    assert check(STORED, cut("program-over")).kept is True


def test_it_is_silent_where_the_lab_does_not_ask():
    result = check(STORED, cut("program-silent"), promises=("unseen",))

    assert (result.kept, result.anomalies) == (None, ())


def test_it_cannot_tell_where_our_producer_never_stored_anything():
    assert check(cut("program-silent")).kept is None
