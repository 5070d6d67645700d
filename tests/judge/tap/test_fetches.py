"""What was fetched is summed up, within bounds, and never in the way of what passes."""

import struct
from types import SimpleNamespace

import pytest
from kio.schema.errors import ErrorCode

from judge.inside.tap import fetches
from judge.inside.tap.fetches import MOST_COLLECTED_BYTES, MOST_WHOLE_BYTES, Fetches, Room


def batch(base, count, body=b"x" * 20):
    head = struct.pack(">qiibIhi", base, 49 + len(body), -1, 2, 0, 0, count - 1)
    return head + bytes(61 - len(head)) + body


def response(parts):
    """`parts` is {partition: records}; an ErrorCode stands for a refusal."""
    made = [
        SimpleNamespace(
            partition_index=partition,
            error_code=records if isinstance(records, ErrorCode) else ErrorCode.none,
            records=None if isinstance(records, ErrorCode) else records,
        )
        for partition, records in parts.items()
    ]
    return SimpleNamespace(responses=[SimpleNamespace(topic="orders", partitions=made)])


@pytest.fixture
def sums():
    return Fetches(1.0, "learner")


def test_it_adds_up_bytes_requests_and_the_span_of_offsets(sums):
    first, second = batch(10, 5) + batch(15, 2), batch(17, 3)

    sums.add(response({0: first, 1: b""}))
    sums.add(response({0: second}))

    # It should not count a partition that had nothing to give.
    (row,) = sums.by_place.values()
    assert list(sums.by_place) == [("orders", 0)]
    assert (row.requests, row.records_bytes) == (2, len(first) + len(second))
    assert (row.first, row.last, row.errors) == (10, 19, 0)


def test_it_ignores_a_batch_that_the_broker_cut_off(sums):
    sums.add(response({0: batch(10, 5) + batch(15, 9)[:40]}))

    (row,) = sums.by_place.values()
    assert (row.first, row.last) == (10, 14)


def test_it_counts_refusals(sums):
    sums.add(response({0: ErrorCode.not_leader_or_follower}))

    (row,) = sums.by_place.values()
    assert (row.errors, row.first) == (1, None)


def test_it_sums_up_without_a_topic_what_is_too_much_to_tell_apart(sums, monkeypatch):
    monkeypatch.setattr(fetches, "MOST_PARTITIONS", 2)

    sums.add(response({n: batch(0, 1) for n in range(4)}))
    sums.add_unread(1000)

    assert list(sums.by_place) == [("orders", 0), ("orders", 1), (None, None)]
    assert sums.by_place[None, None].requests == 3


def test_what_is_collected_at_once_is_bounded():
    room, most = Room(), MOST_COLLECTED_BYTES // MOST_WHOLE_BYTES

    assert not room.take(0, MOST_WHOLE_BYTES + 1)
    assert all(room.take(n, MOST_WHOLE_BYTES) for n in range(most))
    assert not room.take(99, MOST_WHOLE_BYTES)
    # It should count a connection's latest response only.
    assert room.take(0, 1000)

    room.give_back(1)
    assert room.take(99, MOST_WHOLE_BYTES)
