"""Reordering: first copies that stand in another order than they were handed in, and why."""

from __future__ import annotations

import pytest

from histories.told import causes
from histories.words import (
    acknowledged,
    handed,
    handed_in_turn,
    history,
    led_by,
    on_partition,
    read,
    stored,
    turned_away,
    unanswered,
)
from judge.checkers import reordering
from judge.indexing import index_history


def check(*parts, **options):
    return reordering.check(index_history(history(*parts)), **options)


def put(order_id, offset, sent):
    """One order in a batch of its own, acknowledged at once."""
    return [
        *acknowledged(order_id, offset=offset, at=sent + 2, sent=sent),
        *stored(order_id, offset=offset),
        *read(order_id, offset=offset),
    ]


def test_it_keeps_the_promise_when_each_key_is_in_order():
    result = check(handed_in_turn("o1", "o2", "o3"), stored("o1", "o2", "o3"),
                   read("o1", "o2", "o3"))  # fmt: skip

    assert result.kept is True
    assert result.summary == "the orders of each key are in order"


def test_it_lets_keys_overtake_each_other():
    crossed = [*read("o2", "o4", "o1", "o3")]

    result = check(
        handed("o1", at=100, key="a"),
        handed("o2", at=101, key="b"),
        handed("o3", at=102, key="a"),
        handed("o4", at=103, key="b"),
        crossed,
    )

    assert result.kept is True


def test_it_may_ask_for_the_order_of_the_whole_partition():
    crossed = [*handed("o1", at=100, key="a"), *handed("o2", at=101, key="b"), *read("o2", "o1")]

    result = check(crossed, per="partition")

    assert result.kept is False
    assert check(crossed).kept is None


@pytest.mark.parametrize(
    ("failed", "said"),
    [
        (turned_away("o1", at=130, sent=110), "answered NOT_ENOUGH_REPLICAS"),
        (unanswered("o1", at=130, sent=110), "not answered"),
    ],
    ids=["an error", "no answer"],
)
def test_it_blames_a_retry_that_came_after_a_later_batch(failed, said):
    result = check(handed_in_turn("o1", "o2"), failed, put("o2", 0, 120), put("o1", 1, 140))

    assert causes(result) == {("reordering", "retried-past-a-later-batch"): 1}
    (evidence,) = result.anomalies[0].evidence
    assert evidence.what == (
        "order o1, handed at 0.100 s, is at partition 0, offset 1; "
        "order o2, handed at 0.101 s, is at partition 0, offset 0; "
        f"its batch was sent at 0.110 s and {said}, sent at 0.140 s and acknowledged"
    )
    assert (evidence.id, evidence.partition, evidence.offset) == ("o1", 0, 1)
    assert (evidence.t_ms, evidence.broker) == (140, 2)
    assert evidence.detail == {"cause": "retried-past-a-later-batch", "passed_by": "o2"}


def test_it_tells_of_the_first_three_tries():
    tries = [turned_away("o1", at=at, sent=at) for at in (110, 130, 140, 150)]

    result = check(handed_in_turn("o1", "o2"), *tries, put("o2", 0, 120), put("o1", 1, 160))

    assert result.anomalies[0].evidence[0].what.count("NOT_ENOUGH_REPLICAS") == 3
    assert result.anomalies[0].evidence[0].t_ms == 160


def packed_anew(*ids):
    """A batch at offset 1 that was sent after every other, stored and read."""
    return [
        *acknowledged(*ids, offset=1, at=142, sent=140),
        *stored(*ids, offset=1),
        *read(*ids, offset=1),
    ]


def test_it_blames_a_retry_that_the_client_packed_anew():
    result = check(
        handed_in_turn("o1", "o2", "o3"),
        turned_away("o1", at=130, sent=110),
        put("o2", 0, 120),
        packed_anew("o1", "o3"),
    )

    assert causes(result) == {("reordering", "retried-past-a-later-batch"): 1}


def test_it_clears_no_more_orders_than_the_failed_batch_can_have_held():
    result = check(
        handed_in_turn("o1", "o2", "o3"),
        turned_away("?", at=130, sent=110),
        put("o3", 0, 120),
        packed_anew("o1", "o2"),
    )

    assert causes(result) == {
        ("reordering", "retried-past-a-later-batch"): 1,
        ("reordering", "sent-out-of-order"): 1,
    }


def test_it_clears_the_order_that_was_handed_first_where_the_failed_batch_held_only_one():
    result = check(
        handed_in_turn("o2", "o1", "o3"),
        turned_away("?", at=130, sent=110),
        put("o3", 0, 120),
        packed_anew("o2", "o1"),
    )

    shown = {anomaly.cause: [row.id for row in anomaly.evidence] for anomaly in result.anomalies}
    assert shown == {"retried-past-a-later-batch": ["o2"], "sent-out-of-order": ["o1"]}


@pytest.mark.parametrize(
    "failed",
    [
        turned_away("?", at=130, sent=125),
        unanswered("?", at=130, sent=110, acks=0),
        on_partition(1, turned_away("?", at=130, sent=110)),
    ],
    ids=["sent too late", "acks=0", "another partition"],
)
def test_it_blames_the_program_where_no_failed_batch_can_have_held_the_order(failed):
    result = check(handed_in_turn("o1", "o2"), failed, put("o2", 0, 120), put("o1", 1, 140))

    assert causes(result) == {("reordering", "sent-out-of-order"): 1}


def test_it_blames_the_program_where_the_failed_batch_left_before_the_order_was_handed():
    result = check(
        handed_in_turn("o1", "o2", at=1000),
        turned_away("?", at=730, sent=749),
        put("o2", 0, 1020),
        put("o1", 1, 1040),
    )

    assert causes(result) == {("reordering", "sent-out-of-order"): 1}


def test_it_blames_a_program_that_sends_the_later_order_first():
    result = check(handed_in_turn("o1", "o2"), put("o2", 0, 120), put("o1", 1, 140))

    assert causes(result) == {("reordering", "sent-out-of-order"): 1}
    assert result.summary == "1 order not where the order of its key puts it"
    assert result.anomalies[0].evidence[0].t_ms == 140


def test_it_blames_a_program_that_turns_orders_round_within_a_batch():
    result = check(
        handed_in_turn("o1", "o2"), acknowledged("o2", "o1"), stored("o2", "o1"), read("o2", "o1")
    )

    assert causes(result) == {("reordering", "sent-out-of-order"): 1}


def test_it_says_no_more_than_it_knows_where_the_tap_saw_nothing():
    result = check(handed_in_turn("o1", "o2"), stored("o2"), stored("o1", offset=1),
                   read("o2", "o1"))  # fmt: skip

    assert causes(result) == {("reordering", "stored-out-of-order"): 1}
    assert result.anomalies[0].evidence[0].t_ms == 100
    assert result.anomalies[0].evidence[0].what.endswith("is at partition 0, offset 0")


@pytest.mark.parametrize(
    "sent",
    [
        acknowledged("o1", offset=1, at=900, sent=110),
        unanswered("o1", at=900, sent=110),
        turned_away("o1", error="REQUEST_TIMED_OUT", at=900, sent=110),
    ],
    ids=["acknowledged", "no answer", "an error after the append"],
)
def test_it_tells_a_batch_that_waited_on_the_way_from_one_that_was_sent_again(sent):
    late = [*stored("o1", offset=1), *read("o1", offset=1)]

    result = check(handed_in_turn("o1", "o2"), put("o2", 0, 120), sent, late)

    assert causes(result) == {("reordering", "overtaken-on-the-way"): 1}


def test_it_takes_a_block_that_is_stored_again_for_no_reordering():
    result = check(
        handed_in_turn("o1", "o2"),
        unanswered("o1", at=130, sent=110),
        put("o1", 0, 105),
        put("o2", 1, 120),
        put("o1", 2, 140),
    )

    assert result.kept is True


def test_it_takes_two_orders_of_one_moment_for_unordered():
    assert check(handed("o1", "o2"), read("o2", "o1")).kept is True


def test_it_orders_one_moment_by_the_numbers_of_the_ledger():
    same = handed("o000001-ab", "o000002-cd")

    assert check(same, read("o000002-cd", "o000001-ab")).kept is False


def test_it_counts_every_order_that_a_later_one_passed():
    ids = [f"o{n}" for n in range(20)]

    result = check(handed_in_turn(*ids), put("o19", 0, 200), read(*ids[:-1], offset=1))

    assert result.figures == {"out_of_order": 19}
    assert [anomaly.count for anomaly in result.anomalies] == [19]
    assert len(result.anomalies[0].evidence) == 8


def test_it_finds_a_key_on_two_partitions():
    other = on_partition(1, put("o2", 0, 120))

    result = check(led_by(2), on_partition(1, led_by(2)), handed_in_turn("o1", "o2"),
                   put("o1", 0, 110), other)  # fmt: skip

    assert causes(result) == {("reordering", "key-on-two-partitions"): 1}
    assert result.anomalies[0].evidence[0].what.startswith(
        "order o2, handed at 0.101 s, is at partition 1, offset 0; "
        "order o1, handed at 0.100 s, is at partition 0, offset 0"
    )


def test_it_finds_it_as_well_where_the_first_order_is_on_the_higher_partition():
    other = on_partition(1, put("o1", 0, 110))

    result = check(handed_in_turn("o1", "o2"), other, put("o2", 0, 120))

    assert causes(result) == {("reordering", "key-on-two-partitions"): 1}


def test_it_finds_the_last_of_many_orders_on_another_partition():
    last = on_partition(1, read("o3"))

    result = check(handed_in_turn("o1", "o2", "o3"), read("o1", "o2"), last)

    assert causes(result) == {("reordering", "key-on-two-partitions"): 1}
    assert result.anomalies[0].evidence[0].id == "o3"


def test_it_tells_a_topic_that_got_more_partitions():
    result = check(
        led_by(2),
        on_partition(1, led_by(2, at=115)),
        handed_in_turn("o1", "o2"),
        put("o1", 0, 110),
        on_partition(1, put("o2", 0, 120)),
    )

    assert causes(result) == {("reordering", "partitions-changed"): 1}


def test_it_keeps_the_order_of_each_of_two_partitions():
    ids = handed_in_turn("o1", "o2", "o3")

    result = check(ids, read("o3", "o1"), on_partition(1, read("o2")), per="partition")

    assert result.figures == {"out_of_order": 1}


def test_it_finds_both_a_moved_key_and_an_order_that_was_passed():
    result = check(handed_in_turn("o1", "o2", "o3"), read("o2", "o1"),
                   on_partition(1, read("o3")))  # fmt: skip

    assert causes(result) == {
        ("reordering", "stored-out-of-order"): 1,
        ("reordering", "key-on-two-partitions"): 1,
    }


def test_it_cannot_tell_when_nothing_was_read():
    result = check(handed("o1", "o2"), read(end=0))

    assert (result.kept, result.summary) == (None, "nothing was read back")
    assert result.figures == {"out_of_order": 0}


def test_it_cannot_tell_by_one_order_that_was_read_or_by_what_is_not_ours():
    two = handed_in_turn("o1", "o2")

    assert check(two, read("o1")).kept is None
    assert check(two, read("forged")).kept is None


def test_it_takes_two_orders_read_at_one_offset_for_no_reordering():
    assert check(handed_in_turn("o1", "o2"), read("o1"), read("o2", at=8950)).kept is True


def test_it_cannot_tell_when_no_key_has_two_orders():
    result = check(handed("o1", key="a"), handed("o2", key="b"), read("o1", "o2"))

    assert (result.kept, result.summary) == (None, "no key has two orders that can be read")


def test_it_minds_no_order_without_a_key_and_none_that_nobody_handed_out():
    no_key = handed_in_turn("o1", "o2", key=None)

    assert check(no_key, read("o2", "o1")).kept is None
    assert check(no_key, read("o1", "o2")).kept is None
    assert check(handed("o1"), read("forged", "o1")).kept is None


def test_it_names_first_the_cause_that_struck_first():
    result = check(
        handed_in_turn("a1", "a2", key="a"),
        handed_in_turn("b1", "b2", at=110, key="b"),
        put("a2", 0, 120),
        turned_away("b1", at=128, sent=124),
        put("b2", 1, 130),
        put("b1", 2, 150),
        put("a1", 3, 160),
    )

    assert [anomaly.cause for anomaly in result.anomalies] == [
        "retried-past-a-later-batch",
        "sent-out-of-order",
    ]


def test_it_shows_the_orders_in_the_order_they_were_sent():
    result = check(
        handed_in_turn("a1", "a2", key="a"),
        handed_in_turn("b1", "b2", at=110, key="b"),
        put("a2", 0, 120),
        put("b2", 1, 130),
        put("b1", 2, 140),
        put("a1", 3, 150),
    )

    assert [evidence.id for evidence in result.anomalies[0].evidence] == ["b1", "a1"]


def test_it_finds_it_in_whatever_order_the_orders_were_noted():
    late = [*handed("o2", at=101), *handed("o1", at=100)]

    assert check(late, read("o2", "o1")).kept is False
    assert check(late, read("o1", "o2")).kept is True
