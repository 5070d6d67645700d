"""The story of a run: small, the same on every replay, and true to the history."""

from __future__ import annotations

import json

import pytest

from histories.simulate import Move, play
from histories.words import (
    TOPIC,
    accepted,
    acknowledged,
    handed,
    healthy,
    history,
    killed,
    led_by,
    log_ends,
    read,
    refused,
    served,
    served_ids,
    sound_run,
    stored,
    turned_away,
    unanswered,
)
from judge.history import Op, read_history, write_history
from judge.judging import judge_history
from judge.story import tell
from judge.story.bands import MAX_BANDS
from judge.story.lanes import MAX_CELLS
from judge.story.lives import MAX_LIVES

RUN = [op for op in sound_run() if op.f != "kill_broker"]
PROOF = {"log_ends_before": {"1": 10, "2": 11, "3": 10}, "log_end_left": 12}
LOST = [
    *handed("o1", "o2", at=500),
    *acknowledged("o1", acks=1, by=2, offset=10, at=510),
    *acknowledged("o2", acks=1, by=2, offset=11, at=520),
    *stored("o1", on=[2], offset=10),
    *stored("o2", on=[2], offset=11),
    *accepted("o1", "o2", at=530),
]
END = [Op(9000, "scenario", "info", "end")]


@pytest.fixture
def ops():
    ends = log_ends(b1=1040, b2=12, b3=1040, dead=[2])
    rest = [*served(first=10), *read(*served_ids(), offset=10), *ends]
    return history(RUN, killed(2, at=900, **PROOF), LOST, rest)


def cells(lane):
    return {place: count for place, count in enumerate(lane) if count}


def test_it_counts_orders_by_what_became_of_them(ops):
    lanes = tell(ops).lanes

    assert lanes.cell_ms == 100
    assert cells(lanes.handed) | {5: 2} == cells(lanes.handed)
    assert cells(lanes.lost) == {5: 2}
    assert sum(lanes.accepted) == sum(lanes.acknowledged) == 40
    assert cells(lanes.duplicates) == cells(lanes.refused) == {}


def test_it_counts_refusals_doubts_and_doubled_orders():
    doubt = [*handed("o1", "o2", "o3", at=500), *unanswered("o1", "o2", at=552, sent=550)]
    no = [*turned_away("o3", at=620), *refused("o3", at=630)]
    twice = [*stored("o1", "o2", offset=0), *stored("o1", "o2", offset=2)]

    lanes = tell(history(sound_run(), doubt, no, twice, read("o1", "o2", "o1", "o2"))).lanes

    assert cells(lanes.in_doubt) == {5: 2}
    assert cells(lanes.refused) == {6: 1}
    assert cells(lanes.duplicates) == {5: 2}


def test_it_tells_who_led_and_in_which_epoch(ops):
    told = [(band.leader, band.epoch, band.from_ms, band.to_ms) for band in tell(ops).leaders]

    assert told == [(2, 4, 0, 2000), (None, None, 2000, 3000), (3, 5, 3000, 9000)]


def test_it_knows_the_epoch_of_a_leader_whose_first_batch_came_after_a_change_of_the_isr():
    run = [*sound_run(), *led_by(3, [3], at=3100), *served(), *led_by(3, [1, 3], at=9100)]

    told = [(band.leader, band.epoch) for band in tell(history(run)).leaders]

    assert told == [(2, None), (None, None), (3, 5), (3, 5), (3, 5)]


def test_it_tells_what_each_broker_was(ops):
    rows = {row.broker: row for row in tell(ops).brokers}

    assert [(band.role, band.to_ms) for band in rows[2].bands] == [("leader", 900), ("dead", 9000)]
    assert [band.role for band in rows[1].bands] == ["follower", "waiting", "follower"]
    assert [band.role for band in rows[3].bands] == ["follower", "waiting", "leader"]
    assert (rows[2].alive, rows[2].log_end, rows[3].log_end) == (False, 12, 1040)


def test_it_tells_that_a_rack_died_and_was_started_again():
    down = Op(900, "fault", "ok", "kill_brokers", detail={"brokers": [1, 2]})
    up = Op(2000, "fault", "ok", "start_broker", detail={"started": [1, 2]})
    reign = [*led_by(3, [3], at=950), *led_by(3, [1, 2, 3], at=1990)]

    rows = {row.broker: row for row in tell(history(healthy(2), [down, up], reign, END)).brokers}

    assert [(band.role, band.to_ms) for band in rows[2].bands[:2]] == [
        ("leader", 900),
        ("dead", 2000),
    ]
    assert rows[1].bands[-1].role == "follower"
    assert [band.role for band in rows[3].bands] == ["follower", "leader"]


def test_it_tells_that_a_broker_was_paused():
    pause = [
        Op(900, "fault", "invoke", "pause_broker"),
        Op(910, "fault", "ok", "pause_broker", broker=1),
        Op(1500, "fault", "info", "healed", detail={"fault": "pause_broker"}),
    ]

    row = tell(history(healthy(2), pause, END)).brokers[0]

    assert [(band.role, band.to_ms) for band in row.bands[:2]] == [
        ("follower", 910),
        ("paused", 1500),
    ]
    assert row.bands[-1].role == "follower"


def test_it_tells_that_a_follower_fell_behind():
    told = tell(history(sound_run(), led_by(2, [2, 3], at=500)))

    assert [band.role for band in told.brokers[0].bands][:2] == ["follower", "behind"]


def test_it_tells_when_each_fault_was_begun_proved_and_healed(ops):
    hold, kill = tell(ops).faults

    assert (hold.fault, hold.begun_ms, hold.proved_ms, hold.healed_ms) == (
        "hold_replication",
        400,
        405,
        1000,
    )
    assert (hold.held, kill.held) == (True, False)
    assert (kill.broker, kill.proved_ms, kill.healed_ms) == (2, 900, None)
    assert kill.proof["signal"] == "SIGKILL"


def test_it_tells_where_the_logs_ended_when_the_leader_died(ops):
    logs = tell(ops).at_kill

    assert logs.log_ends == {"1": 10, "2": 12, "3": 10}
    assert logs.only_there == 2
    assert (logs.high_watermark, logs.high_watermark_recorded) == (10, False)


def test_it_takes_the_high_watermark_that_the_proof_recorded():
    told = tell(history(RUN, killed(2, **PROOF, high_watermark=9)))

    assert (told.at_kill.high_watermark, told.at_kill.high_watermark_recorded) == (9, True)


def test_it_works_out_that_the_high_watermark_stands_still_below_the_floor():
    short = led_by(2, [2], at=700)
    floor = {"topic": {"min.insync.replicas": "1"}}

    assert tell(history(RUN, short, killed(2, **PROOF))).at_kill.high_watermark == 10
    assert (
        tell(history(RUN, short, killed(2, **PROOF), settings=floor)).at_kill.high_watermark == 12
    )


def test_it_tells_the_life_of_a_lost_record(ops):
    life = next(life for life in tell(ops).lives if life.id == "o2")

    assert life.fate == "lost"
    assert [step.what for step in life.steps] == [
        "handed",
        "sent",
        "appended",
        "acknowledged",
        "accepted",
        "behind",
        "killed",
        "no-leader",
        "leader",
        "replaced",
        "lost",
    ]
    texts = {step.what: (step.text, step.note) for step in life.steps}
    assert texts["appended"] == ("appended at offset 11, epoch 4", "the log of broker 2 holds it")
    assert texts["behind"] == ("the other logs end earlier: broker 1 at 10, broker 3 at 10", "")
    assert texts["killed"] == ("broker 2 killed", "the only copy is on its disk")
    assert texts["replaced"] == ("offset 11 is now s0001", "another record, same offset")


def test_it_tells_the_lives_that_the_report_shows(ops):
    told = tell(ops, judge_history(ops).to_dict())

    assert {life.id for life in told.lives} == {"o1", "o2"}


def test_it_tells_the_life_of_a_record_that_came_through():
    ops, _ = play([Move("healthy"), Move("short", again=True)])

    (life,) = tell(ops).lives

    assert life.fate == "readable"
    assert [step.what for step in life.steps if step.source in ("tap", "reader")] == [
        "sent",
        "refused",
        "sent",
        "acknowledged",
        "read",
    ]


def test_it_tells_the_life_of_an_order_that_never_reached_a_log():
    ops = history(RUN, killed(2), handed("o1"), turned_away("o1"), accepted("o1"), read(end=0))

    (life,) = tell(ops).lives

    assert [step.what for step in life.steps][:4] == ["handed", "sent", "refused", "accepted"]
    assert life.fate == "lost"


def test_it_stays_small_however_long_the_run_is():
    changes = [op for n in range(500) for op in led_by(2 + n % 2, [2, 3], at=1000 + n)]
    many = [op for n in range(3000) for op in handed(f"o{n}", at=n * 100)]
    lies = [op for n in range(3000) for op in accepted(f"o{n}", at=n * 100 + 5)]

    told = tell(history(sound_run(), changes, many, lies, read(end=0)))

    assert len(told.lanes.lost) <= MAX_CELLS
    assert sum(told.lanes.lost) == 3000
    assert len(told.leaders) <= MAX_BANDS
    assert len(told.lives) <= MAX_LIVES
    assert len(json.dumps(told.to_dict())) < 60_000


def test_it_tells_the_same_story_of_a_stored_history(tmp_path, ops):
    path = tmp_path / "history.jsonl"
    write_history(path, ops)

    told, again = tell(ops).to_dict(), tell(read_history(path)).to_dict()

    assert json.dumps(again, sort_keys=True) == json.dumps(told, sort_keys=True)


def test_it_tells_something_of_a_run_that_never_began():
    told = tell(history())

    assert (told.topic, told.killed_ms, told.at_kill) == (TOPIC, None, None)
    assert told.lives == ()
    assert json.dumps(told.to_dict())
