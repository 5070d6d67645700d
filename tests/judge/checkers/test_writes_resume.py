"""Writes resume: the scenario waits for our own producer, and blames whoever was to mend it."""

from __future__ import annotations

from histories.words import healthy, history, led_by, on_partition
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
    assert anomaly.count == 1
    assert [(row.what, row.broker, row.partition) for row in anomaly.evidence] == [
        ("our own producer was still not served at 9.000 s", None, None),
        ("orders-0: in sync at the end: 1, 2, 3", 2, 0),
    ]


def test_it_shows_who_is_in_sync_at_the_end_for_some_of_many_partitions():
    rest = [on_partition(number, led_by(3, at=500)) for number in range(2, 12)]

    (anomaly,) = check(on_partition(1, led_by(None, [])), *rest, led_by(1, [1], at=500), STORED,
                       cut("program-silent")).anomalies  # fmt: skip

    shown = [row.what for row in anomaly.evidence]
    assert len(shown) == 8
    assert shown[1:3] == ["orders-0: in sync at the end: 1", "orders-1: in sync at the end: nobody"]


def test_a_program_that_ended_too_early_is_for_another_check():
    assert check(STORED, cut("program-over")).kept is True


def test_it_is_silent_where_the_lab_does_not_ask():
    result = check(STORED, cut("program-silent"), promises=("unseen",))

    assert (result.kept, result.anomalies) == (None, ())


def test_it_cannot_tell_where_our_producer_never_stored_anything():
    assert check(cut("program-silent")).kept is None
