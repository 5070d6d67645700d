"""Lost writes: what counts, what does not, and how each one went."""

from __future__ import annotations

from histories.told import causes
from histories.words import (
    accepted,
    acknowledged,
    handed,
    history,
    killed,
    led_by,
    log_ends,
    read,
    refused,
    stored,
    unanswered,
)
from judge.checkers import lost_writes
from judge.indexing import index_history


def check(*parts, **terms):
    return lost_writes.check(index_history(history(*parts, **terms)))


def test_it_keeps_the_promise_when_every_acknowledged_order_is_read():
    result = check(
        handed("o1", "o2"),
        acknowledged("o1", "o2"),
        accepted("o1", "o2"),
        stored("o1", "o2"),
        read("o1", "o2"),
    )

    assert result.kept is True
    assert result.anomalies == ()
    assert result.summary == "all 2 orders vouched for can be read back"


def test_it_blames_the_leader_alone_for_an_acks_1_order_that_died_with_it():
    result = check(
        handed("o1"),
        acknowledged("o1", acks=1, by=2, offset=812, at=6412),
        accepted("o1", at=6413),
        stored("o1", on=[2], offset=812, epoch=3),
        killed(2, at=6900),
        read(end=812),
    )

    assert causes(result) == {("lost-write", "acknowledged-by-leader-only"): 1}
    (evidence,) = result.anomalies[0].evidence
    assert evidence.what == (
        "order o1 was acknowledged by broker 2 (acks=1) at 6.412 s, offset 812, leader epoch 3; "
        "broker 2 died at 6.900 s; no surviving replica holds it"
    )
    assert (evidence.id, evidence.broker, evidence.offset) == ("o1", 2, 812)
    assert (evidence.leader_epoch, evidence.t_ms) == (3, 6412)
    assert evidence.detail == {
        "cause": "acknowledged-by-leader-only",
        "program": "accepted",
        "acks": 1,
        "response": "ok",
        "stored_on": [2],
    }


def test_it_blames_a_short_isr_for_an_acks_all_order_that_died_with_the_leader():
    result = check(
        led_by(2, [1, 2, 3], at=0),
        led_by(2, [2], at=500),
        handed("o1", at=550),
        acknowledged("o1", acks=-1, by=2, at=600),
        accepted("o1", at=601),
        stored("o1", on=[2]),
        killed(2, at=900),
        read(end=0),
    )

    assert causes(result) == {("lost-write", "acknowledged-by-short-isr"): 1}
    assert "(acks=all)" in result.anomalies[0].evidence[0].what
    assert "broker 2 alone in the ISR" in result.anomalies[0].evidence[0].what


def test_it_allows_metadata_to_show_the_short_isr_a_moment_after_the_acknowledgement():
    result = check(
        led_by(2, [1, 2, 3], at=0),
        handed("o1", at=400),
        acknowledged("o1", acks=-1, by=2, at=600),
        led_by(2, [2], at=690),
        stored("o1", on=[2]),
        killed(2, at=1900),
        read(end=0),
    )

    assert causes(result) == {("lost-write", "acknowledged-by-short-isr"): 1}


def test_it_says_no_more_than_it_knows_of_an_acks_all_order_gone_from_a_full_isr():
    result = check(
        led_by(2, [1, 2, 3], at=0),
        handed("o1"),
        acknowledged("o1", acks=-1, by=2),
        stored("o1", on=[2]),
        killed(2),
        read(end=0),
    )

    assert causes(result) == {("lost-write", "acknowledged-then-gone"): 1}


def test_it_counts_an_acknowledged_order_that_the_program_never_answered():
    result = check(
        handed("o1"),
        acknowledged("o1", acks=1, by=2),
        stored("o1", on=[2]),
        killed(2),
        read(end=0),
    )

    assert causes(result) == {("lost-write", "acknowledged-by-leader-only"): 1}
    assert result.anomalies[0].evidence[0].detail["program"] == "no answer"


def test_it_takes_an_acknowledged_batch_that_no_log_holds_for_the_lost_one():
    result = check(
        handed("o1"),
        acknowledged("o1", acks=1, by=2, offset=5),
        accepted("o1"),
        killed(2),
        read(end=0),
    )

    assert causes(result) == {("lost-write", "acknowledged-by-leader-only"): 1}
    (evidence,) = result.anomalies[0].evidence
    assert evidence.what == (
        "order o1 was acknowledged by broker 2 (acks=1) at 0.120 s; broker 2 died at 0.900 s; "
        "no log holds that batch any more, and this order can only have been in one such"
    )
    assert (evidence.partition, evidence.offset, evidence.leader_epoch) == (0, 5, None)


def test_it_does_not_mind_an_order_in_doubt():
    result = check(
        handed("o1", "o2"),
        unanswered("o1"),
        acknowledged("o2", offset=1),
        accepted("o2"),
        stored("o2", offset=1),
        read("o2", offset=1),
    )

    assert result.kept is True


def test_it_takes_an_accepted_order_for_kept_whatever_the_tap_saw_of_it():
    result = check(handed("o1"), unanswered("o1"), accepted("o1"), stored("o1"), read("o1"))

    assert result.kept is True
    assert result.summary == "the one order vouched for can be read back"


def test_it_counts_what_the_program_or_a_broker_vouched_for_once():
    said = [*acknowledged("o1", "o2"), *accepted("o2", "o3"), *refused("o4")]
    kept = [*stored("o1", "o2"), *stored("o3", offset=2), *read("o1", "o2", "o3")]

    assert check(handed("o1", "o2", "o3", "o4"), said, kept).figures["vouched"] == 3


def test_it_holds_an_order_to_its_acceptance_although_it_was_refused_as_well():
    result = check(handed("o1"), accepted("o1", at=130), refused("o1", at=140), read(end=0))

    assert causes(result) == {("lost-write", "never-sent"): 1}


def test_it_ignores_answers_for_orders_that_nobody_handed_out():
    result = check(handed("o1"), accepted("o1", "forged"), stored("o1"), read("o1"))

    assert result.kept is True


def test_it_does_not_call_lost_what_is_on_a_live_log_above_the_end_that_can_be_read():
    result = check(
        handed("o1"),
        acknowledged("o1", acks=1, by=3, offset=7),
        accepted("o1"),
        stored("o1", on=[1, 3], offset=7),
        read(end=7),
    )

    assert result.anomalies == ()
    assert (result.kept, result.summary) == (True, "none is lost; 1 order cannot be read yet")
    assert result.figures["hidden"] == 1


def test_it_cannot_tell_when_the_reader_left_out_what_a_live_log_holds():
    result = check(
        handed("o1"),
        acknowledged("o1", offset=3),
        accepted("o1"),
        stored("o1", offset=3),
        read(end=9),
    )

    assert result.kept is None
    assert result.figures["unexplained"] == 1


def test_it_calls_lost_what_a_live_log_still_shows_where_another_order_is_read():
    result = check(
        handed("o1", "o2"),
        acknowledged("o1", acks=1, by=2, offset=0),
        accepted("o1", "o2"),
        stored("o1", on=[2], offset=0, epoch=3),
        stored("o2", on=[1, 3], offset=0, epoch=4),
        read("o2", offset=0),
        log_ends(b1=1, b2=1, b3=1),
    )

    assert causes(result) == {("lost-write", "acknowledged-by-leader-only"): 1}


def test_it_cannot_tell_anything_when_nothing_was_vouched_for():
    assert check(handed("o1"), refused("o1"), read(end=0)).kept is None


def test_it_joins_by_offset_where_the_broker_writes_another_crc():
    result = check(
        handed("o1", "o2"),
        acknowledged("o1", acks=1, by=2, offset=0, crc=1),
        acknowledged("o2", acks=1, by=2, offset=1, crc=2),
        accepted("o1", "o2"),
        stored("o1", on=[2], offset=0, crc=77),
        stored("o2", on=[2], offset=1, crc=78),
        killed(2),
        read(end=0),
    )

    assert causes(result) == {("lost-write", "acknowledged-by-leader-only"): 2}
    assert [row.detail["stored_on"] for row in result.anomalies[0].evidence] == [[2], [2]]


def test_it_counts_an_order_with_a_surviving_second_copy_as_kept():
    result = check(
        handed("o1"),
        acknowledged("o1", acks=1, by=2, offset=0, at=120),
        acknowledged("o1", acks=1, by=3, offset=9, at=700),
        accepted("o1"),
        stored("o1", on=[2], offset=0),
        stored("o1", on=[1, 3], offset=9, epoch=5),
        killed(2, at=600),
        read("o1", offset=9),
    )

    assert result.kept is True


def test_it_calls_nothing_lost_in_a_run_that_was_never_read_back():
    result = check(handed("o1"), acknowledged("o1", acks=1), accepted("o1"), killed(2))

    assert result.kept is None
    assert result.summary == "the topic was not read back"
    assert result.figures["lost"] == 0


def test_it_believes_a_short_isr_shown_late_when_nobody_else_ever_held_the_batch():
    late = [*led_by(2, [1, 2, 3], at=0), *led_by(2, [2], at=4000), *killed(2, at=5000)]
    order = [*handed("o1"), *acknowledged("o1", acks=-1, by=2, at=600)]

    alone = check(late, order, stored("o1", on=[2]), read(end=0))
    with_another = check(
        late, order, stored("o1", on=[2, 9]), log_ends(b9=1, dead=[2, 9]), read(end=0)
    )

    assert causes(alone) == {("lost-write", "acknowledged-by-short-isr"): 1}
    assert causes(with_another) == {("lost-write", "acknowledged-then-gone"): 1}


def test_it_does_not_take_the_isr_of_a_later_leader_for_that_of_an_earlier_one():
    result = check(
        led_by(2, [1, 2, 3], at=0),
        handed("o1"),
        acknowledged("o1", acks=-1, by=2, at=600),
        led_by(3, [3], at=700),
        led_by(2, [2], at=800),
        stored("o1", on=[2]),
        killed(2, at=5000),
        read(end=0),
    )

    assert causes(result) == {("lost-write", "acknowledged-then-gone"): 1}


def test_it_knows_the_first_epoch_from_none():
    order = [*handed("o1"), *acknowledged("o1", acks=1), *stored("o1", on=[2], epoch=0)]

    result = check(order, killed(2), read(end=0))

    assert "offset 0, leader epoch 0; " in result.anomalies[0].evidence[0].what
    assert result.anomalies[0].evidence[0].leader_epoch == 0


def test_it_does_not_count_a_batch_twice_that_was_acknowledged_after_an_answer_was_lost():
    result = check(
        handed("o1", "o2"),
        unanswered("o1", acks=1, at=120),
        acknowledged("o1", acks=1, offset=5, at=300),
        accepted("o1", "o2", at=310),
        killed(2),
        read(end=0),
    )

    assert causes(result) == {
        ("lost-write", "acknowledged-by-leader-only"): 1,
        ("lost-write", "never-sent"): 1,
    }
