"""How long readers at read_committed were kept waiting, by looks at both ends of a log."""

from histories.words import TOPIC, history
from judge.held_back import longest_held_back_ms
from judge.history import Op
from judge.indexing import index_history
from judge.terms import closing


def look(t_ms, stable, mark, partition=0):
    return Op(
        t_ms,
        "transaction",
        "info",
        "stable_end",
        topic=TOPIC,
        partition=partition,
        offset=stable,
        detail={"high_watermark": mark, "asked_ms": t_ms},
    )


def test_it_is_unknown_where_nobody_watched():
    assert longest_held_back_ms(told()) is None


def test_readers_that_were_never_behind_were_held_back_for_no_time():
    assert longest_held_back_ms(told(look(0, 0, 0), look(200, 7, 7), look(900, 9, 9))) == 0


def test_a_stable_end_that_stands_still_below_the_high_watermark_holds_readers_back():
    looks = (look(100, 5, 5), look(300, 5, 8), look(500, 5, 12), look(1700, 12, 12))

    assert longest_held_back_ms(told(*looks)) == 1400


def test_one_transaction_after_another_is_no_longer_wait_than_each_of_them():
    looks = (look(100, 5, 8), look(400, 8, 12), look(900, 12, 15), look(1000, 15, 15))

    assert longest_held_back_ms(told(*looks)) == 500


def test_each_partition_waits_for_itself():
    looks = (look(100, 5, 8), look(200, 1, 9, partition=1), look(400, 8, 8))

    assert longest_held_back_ms(told(*looks, look(1000, 9, 9, partition=1))) == 800


def test_a_transaction_that_is_never_ended_holds_readers_back_to_the_end():
    assert longest_held_back_ms(told(look(100, 5, 8), end_ms=5000)) == 4900


def test_a_partition_that_did_not_answer_at_the_end_says_nothing():
    silent = Op(900, "transaction", "fail", "stable_end", topic=TOPIC, partition=0, error="_T")

    assert longest_held_back_ms(told(silent)) is None


def told(*looks, end_ms=2000):
    return index_history(history(looks, [closing(end_ms, {})]), None)
