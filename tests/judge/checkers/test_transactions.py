"""Aborted reads and torn transactions: what a marker ends, and who takes it for real."""

from __future__ import annotations

from histories.copying import (
    INPUT,
    end_asked,
    marked,
    processed,
    put,
    read_committed,
    taken_back,
    written,
)
from histories.told import causes
from histories.words import acknowledged, history, on_partition
from judge.checkers import aborted_reads, torn_transaction
from judge.indexing import index_history


def reads(*parts, **terms):
    return aborted_reads.check(index_history(history(*parts, **terms)))


def torn(*parts):
    return torn_transaction.check(index_history(history(*parts)))


ABORTED = [*written("o1", "o2", offset=0, pid=7), *marked("abort", 7, offset=2)]


def test_it_keeps_the_promise_when_nobody_reads_what_was_aborted():
    result = reads(ABORTED, read_committed(end=3))

    assert (result.kept, result.summary) == (True, "nobody took one of 2 aborted records for real")


def test_it_finds_an_aborted_record_that_was_read_as_committed():
    result = reads(ABORTED, read_committed("o1", end=3))

    assert causes(result) == {("aborted-read", "aborted-readable"): 1}
    assert result.anomalies[0].evidence[0].what == (
        "record o1 at partition 0, offset 0 was read as committed; "
        "the transaction of producer 7 it is in was aborted"
    )


def test_it_takes_an_order_that_was_written_again_for_committed():
    again = [*written("o1", "o2", offset=3, pid=7), *marked("commit", 7, offset=5)]

    assert reads(ABORTED, again, read_committed("o1", "o2", offset=3), processed("o1")).kept is True


def test_it_finds_a_program_that_processed_an_aborted_record():
    result = reads(ABORTED, processed("o1", "o2", at=300))

    assert causes(result) == {("aborted-read", "read-uncommitted"): 2}


def test_it_says_when_an_aborted_record_was_processed_first():
    result = reads(ABORTED, processed("o1", at=400), processed("o1", at=300))

    assert result.anomalies[0].evidence[0].t_ms == 300


def test_it_finds_a_program_that_processed_what_our_producer_took_back():
    result = reads(taken_back("o5"), processed("o5", at=300))

    assert causes(result) == {("aborted-read", "read-uncommitted"): 1}
    assert result.anomalies[0].evidence[0].t_ms == 300


def test_it_finds_a_program_that_copied_what_our_producer_took_back():
    copied = [*taken_back("o5"), *written("o5", offset=0, pid=7), *marked("commit", 7, offset=1)]

    result = reads(copied, read_committed("o5", end=2), input_topic=INPUT)

    assert causes(result) == {("aborted-read", "read-uncommitted"): 1}


def test_it_does_not_take_an_aborted_copy_for_an_aborted_input():
    copied = [*put("o1"), *ABORTED, *processed("o2", at=300), *read_committed(end=3)]

    assert reads(copied, input_topic=INPUT).kept is True


def test_it_does_not_mind_an_order_that_was_put_again():
    again = [*taken_back("o5"), *put("o5", offset=4)]

    assert reads(again, processed("o5")).kept is True


def test_it_keeps_the_promise_when_nothing_was_aborted():
    whole = [*written("o1", offset=0, pid=7), *marked("commit", 7, offset=1)]

    result = reads(whole, read_committed("o1", end=2))

    assert (result.kept, result.summary) == (True, "no transaction was aborted")
    assert reads(whole, processed("o1")).kept is True


def test_it_cannot_tell_when_nobody_read():
    assert reads(ABORTED).kept is None


TWO_PARTS = [
    *acknowledged("o1", offset=0, at=120),
    *written("o1", offset=0, pid=7),
    *on_partition(1, acknowledged("o2", offset=0, at=130), written("o2", offset=0, pid=7)),
    *marked("commit", 7, offset=1),
]


def test_it_takes_a_transaction_whose_markers_agree_for_whole():
    result = torn(TWO_PARTS, end_asked(7, at=200), marked("commit", 7, offset=1, partition=1))

    assert (result.kept, result.summary) == (True, "1 transaction, each whole")


def test_it_finds_a_transaction_that_was_committed_in_part():
    result = torn(TWO_PARTS, end_asked(7, at=200), marked("abort", 7, offset=1, partition=1))

    assert causes(result) == {("torn-transaction", "parts-disagree"): 1}
    assert result.anomalies[0].evidence[0].what == (
        "transaction 1 of producer 7, begun by 0.118 s: "
        "partition 0, offset 0: commit; partition 1, offset 0: abort"
    )


def test_it_does_not_call_a_transaction_torn_whose_markers_are_still_to_come():
    result = torn(TWO_PARTS, end_asked(7, at=200))

    assert (result.kept, result.figures) == (True, {"transactions": 1, "torn": 0})


def test_it_takes_no_notice_of_batches_that_it_cannot_place():
    ends = [*end_asked(7, at=200), *marked("abort", 7, offset=1, partition=1)]
    unseen = [*written("o9", offset=8, pid=7), *marked("abort", 7, offset=9)]
    stranger = [*acknowledged("o8", offset=11, at=150), *written("o8", offset=11, pid=9)]
    stranger += marked("abort", 9, offset=12)

    result = torn(TWO_PARTS, ends, unseen, stranger)

    assert result.figures == {"transactions": 1, "torn": 1}
    assert torn(TWO_PARTS, stranger).kept is None


def test_it_goes_by_when_a_batch_was_first_sent():
    again = on_partition(1, acknowledged("o2", offset=0, at=250))
    ends = [*end_asked(7, at=200), *end_asked(7, at=400)]

    result = torn(TWO_PARTS, again, ends, marked("abort", 7, offset=1, partition=1))

    assert result.figures == {"transactions": 1, "torn": 1}


def test_it_takes_two_transactions_for_two():
    ends = [*end_asked(7, at=125), *end_asked(7, at=200, commit=False)]

    result = torn(TWO_PARTS, ends, marked("abort", 7, offset=1, partition=1))

    assert (result.kept, result.figures["transactions"]) == (True, 2)


def test_it_cannot_tell_whose_doing_it_is_when_an_end_was_never_answered():
    late = [*end_asked(7, at=110, kind="info"), *end_asked(7, at=200)]

    result = torn(TWO_PARTS, late, marked("abort", 7, offset=1, partition=1))

    assert (result.kept, result.figures) == (None, {"transactions": 1, "torn": 1})
    assert result.summary == ("a transaction is torn, and its end was asked for without an answer")


def test_it_cannot_tell_without_transactions():
    assert torn(acknowledged("o1"), written("o1", offset=0)).kept is None
