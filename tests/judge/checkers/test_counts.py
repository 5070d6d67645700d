"""Counts: requests, batches and bytes for each record, against the lab's limits."""

from __future__ import annotations

import pytest

from histories.copying import block
from histories.words import TOPIC, history, stored
from judge.checkers import counts
from judge.history import Op
from judge.indexing import index_history


def check(*parts, **limits):
    return counts.check(index_history(history(*parts)), **limits)


def causes(result):
    assert (result.kept is False) == bool(result.anomalies)
    return [(anomaly.name, anomaly.cause) for anomaly in result.anomalies]


BLOCKS = [
    *block("baseline", 1, 10, records=100, requests=100, batches=100, bytes=20_000),
    *block("candidate", 1, 20, records=100, requests=4, batches=5, bytes=9_000, disk_bytes=8_000),
    *block("candidate", 2, 30, records=300, requests=12, batches=15, bytes=27_000),
]


def test_it_keeps_the_promise_within_every_limit():
    result = check(
        BLOCKS,
        max_requests_per_record=0.05,
        min_records_per_batch=20,
        max_bytes_per_record=100,
        max_disk_bytes_per_record=80,
    )

    assert result.kept is True
    assert result.figures == {
        "requests_per_record": 0.04,
        "records_per_batch": 20.0,
        "bytes_per_record": 90.0,
        "disk_bytes_per_record": 80.0,
    }


@pytest.mark.parametrize(
    ("limit", "cause"),
    [
        ({"max_requests_per_record": 0.03}, "too-many-requests"),
        ({"min_records_per_batch": 21}, "too-small-batches"),
        ({"max_bytes_per_record": 89}, "too-many-bytes"),
        ({"max_disk_bytes_per_record": 79}, "too-many-bytes"),
    ],
)
def test_it_names_what_there_is_too_much_of(limit, cause):
    result = check(BLOCKS, **limit)

    assert causes(result) == [("wasteful", cause)]


def test_it_says_how_much_it_was():
    result = check(BLOCKS, max_requests_per_record=0.03)

    assert result.summary == "0.04 requests per record; asked for is at most 0.03"


def test_what_it_finds_is_dated_at_the_first_block_that_was_counted():
    failed = block("candidate", 1, 15, kind="fail", records=100, requests=100)
    other = block("baseline", 1, 10, records=100, requests=100)

    result = check(BLOCKS[2:], BLOCKS[1:2], failed, other, max_requests_per_record=0.03)

    assert [row.t_ms for row in result.anomalies[0].evidence] == [20]


def test_what_it_finds_in_the_logs_has_no_moment():
    result = check(stored("o1"), min_records_per_batch=2)

    assert [row.t_ms for row in result.anomalies[0].evidence] == [None]


def test_it_counts_the_logs_in_a_run_without_blocks():
    logs = [
        *stored("o1", "o2", "o3", offset=0),
        *stored("o4", offset=3),
        Op(9000, "log", "info", "segments", topic=TOPIC, partition=0, broker=1, count=400),
        Op(9000, "log", "info", "segments", topic=TOPIC, partition=0, broker=2, count=390),
    ]

    assert check(logs, min_records_per_batch=2, max_disk_bytes_per_record=100).kept is True
    assert check(logs, min_records_per_batch=2.5).kept is False
    assert check(logs, max_disk_bytes_per_record=99).kept is False


def test_it_divides_what_is_in_the_log_by_the_paced_records():
    paced = block(
        "candidate", 1, 20, records=1000, paced=100, batches=10, disk_bytes=5000, requests=20
    )

    result = check(
        paced, min_records_per_batch=10, max_disk_bytes_per_record=50, max_requests_per_record=0.02
    )

    assert result.kept is True


def test_it_cannot_tell_what_nobody_counted():
    result = check(stored("o1"), max_requests_per_record=1)

    assert result.kept is None
    assert result.summary == "nothing in the run tells the requests per record"


def test_it_cannot_tell_the_size_of_logs_that_nobody_measured():
    assert check(stored("o1"), max_disk_bytes_per_record=1).kept is None


def test_it_takes_no_notice_of_a_block_that_failed():
    failed = block("candidate", 3, 40, kind="fail", records=100, requests=100)

    assert check(BLOCKS, failed, max_requests_per_record=0.05).kept is True


def test_it_leaves_out_a_block_that_did_not_count():
    silent = block("candidate", 3, 40, records=10_000)

    assert check(BLOCKS, silent, max_requests_per_record=0.05).figures == {
        "requests_per_record": 0.04
    }


def test_it_allows_what_just_reaches_the_limit():
    assert check(BLOCKS, max_requests_per_record=0.04, min_records_per_batch=20).kept is True


def test_it_says_nothing_without_a_limit():
    assert (check(BLOCKS).kept, check(BLOCKS).summary) == (None, "no limit is set")


def test_it_counts_the_others_where_one_cannot_be_counted():
    result = check(BLOCKS[:2], stored("o1"), max_requests_per_record=0.03, max_bytes_per_record=9)

    assert causes(result) == [("wasteful", "too-many-requests"), ("wasteful", "too-many-bytes")]
    silent = [*block("candidate", 1, 20, records=100, bytes=9_000)]
    result = check(silent, max_requests_per_record=0.03, max_bytes_per_record=9)
    assert causes(result) == [("wasteful", "too-many-bytes")]


def test_it_cannot_tell_the_bytes_of_records_that_nobody_counted():
    sizes = [Op(9000, "log", "info", "segments", topic=TOPIC, partition=0, broker=1, count=400)]

    assert check(sizes, max_disk_bytes_per_record=1).kept is None


def test_it_cannot_tell_whether_it_was_kept_when_one_of_two_was_not_counted():
    silent = block("candidate", 1, 20, records=100, bytes=9_000)

    result = check(silent, max_bytes_per_record=90, max_requests_per_record=0.05)

    assert (result.kept, result.figures) == (None, {"bytes_per_record": 90.0})
    assert result.summary == "nothing in the run tells the requests per record"


def test_it_leaves_out_the_requests_of_a_block_that_tells_no_records():
    silent = block("candidate", 3, 40, requests=1000)

    assert check(BLOCKS, silent, max_requests_per_record=0.05).figures == {
        "requests_per_record": 0.04
    }


def test_it_counts_a_block_of_one_record_in_one_request():
    single = block("candidate", 1, 20, records=1, requests=1)

    assert check(single, max_requests_per_record=1).figures == {"requests_per_record": 1.0}


def test_it_takes_a_log_of_unknown_size_for_nothing():
    sizes = [
        Op(9000, "log", "info", "segments", topic=TOPIC, partition=part, broker=1, count=size)
        for part, size in ((0, 400), (1, None))
    ]

    result = check(stored("o1", "o2"), sizes, max_disk_bytes_per_record=200)

    assert result.figures == {"disk_bytes_per_record": 200.0}
