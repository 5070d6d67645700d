"""Lost writes: which of them a report shows, in what order, and what it says of each."""

from __future__ import annotations

from dataclasses import replace

from histories.told import causes
from histories.words import (
    accepted,
    acknowledged,
    handed,
    history,
    killed,
    led_by,
    on_partition,
    read,
    stored,
)
from judge.checkers import lost_writes
from judge.indexing import index_history


def check(*parts, **terms):
    return lost_writes.check(index_history(history(*parts, **terms)))


def test_it_points_at_the_place_of_the_order_in_its_batch():
    result = check(
        handed("o1", "o2"),
        acknowledged("o1", "o2", acks=1, by=2, offset=5),
        stored("o1", "o2", on=[2], offset=5, epoch=3),
        stored("o1", "o2", on=[1], offset=5, epoch=4),
        killed(1),
        killed(2),
        read(end=5),
    )

    rows = result.anomalies[0].evidence
    assert [(row.id, row.offset, row.leader_epoch) for row in rows] == [("o1", 5, 4), ("o2", 6, 4)]


def test_it_says_nothing_of_a_leader_epoch_that_no_log_tells():
    untold = [replace(op, epoch=None) for op in stored("o1", on=[2])]

    result = check(handed("o1"), acknowledged("o1", acks=1), untold, killed(2), read(end=0))

    (evidence,) = result.anomalies[0].evidence
    assert evidence.leader_epoch is None
    assert "offset 0; broker 2 died" in evidence.what


def test_it_shows_the_first_the_last_and_those_around_the_kill_and_no_more_than_eight():
    ids = [f"o{number:03d}" for number in range(100)]
    parts = []
    for number, i in enumerate(ids):
        t = 100 + number * 10
        parts += [
            handed(i, at=t),
            acknowledged(i, acks=1, by=2, offset=number, at=t + 5),
            stored(i, on=[2], offset=number),
        ]
    result = check(*parts, killed(2, at=630), killed(1, at=900), read(end=0))

    (anomaly,) = result.anomalies
    shown = [evidence.id for evidence in anomaly.evidence]
    assert anomaly.count == 100
    assert len(shown) == 8
    assert {shown[0], shown[-1]} == {"o000", "o099"}
    assert any(i in shown for i in ("o052", "o053"))
    assert shown == sorted(shown)


def test_it_names_first_the_cause_that_struck_first():
    result = check(
        handed("o1", at=100),
        acknowledged("o1", acks=1, by=2, at=120),
        stored("o1", on=[2]),
        killed(2, at=200),
        handed("o2", "o3", at=300),
        accepted("o2", "o3", at=310),
        read(end=0),
    )

    assert [anomaly.cause for anomaly in result.anomalies] == [
        "acknowledged-by-leader-only",
        "never-sent",
    ]


def test_it_keeps_partitions_apart():
    gone = on_partition(
        1,
        led_by(2, [2], at=0),
        handed("o1"),
        acknowledged("o1", by=2, offset=0),
        stored("o1", on=[2], offset=0),
        killed(2),
        read(end=0),
    )
    kept = [
        *led_by(2, [1, 2, 3], at=0),
        *handed("o2"),
        *acknowledged("o2", by=2, offset=0),
        *stored("o2", on=[1, 2, 3], offset=0),
        *read("o2"),
    ]

    result = check(kept, gone)

    assert causes(result) == {("lost-write", "acknowledged-by-short-isr"): 1}
    assert result.anomalies[0].evidence[0].partition == 1


def test_it_keeps_offsets_of_two_partitions_apart():
    above = on_partition(1, stored("o1", on=[1, 3], offset=3), read(end=0))

    result = check(handed("o1"), accepted("o1"), above, read("o2", offset=3))

    assert result.figures["hidden"] == 1
