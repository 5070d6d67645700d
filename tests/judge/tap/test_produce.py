"""Produce requests and responses are read in every version that a client may use."""

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kio.schema.errors import ErrorCode

from judge.inside.tap.codec import UndecodableError, read_head, read_request, read_response
from judge.inside.tap.produce import Result, batches_of, results_of

VERSIONS = range(3, 14)
TOPIC_ID = uuid.UUID(int=7)


def key_for(version):
    return TOPIC_ID if version >= 13 else "orders"


def decoded(frame):
    view = memoryview(frame)
    return read_request(read_head(view), view)


@pytest.mark.parametrize("version", VERSIONS)
def test_it_reads_the_batches_of_every_version(kafka_bytes, version):
    key = key_for(version)
    parts = {
        (key, 0): kafka_bytes.batch(5, crc=0xFFFFFFF0, pid=77, epoch=2, sequence=9),
        (key, 2): kafka_bytes.batch(1, crc=1),
    }

    header, body = decoded(kafka_bytes.produce(version, 42, parts, acks=1))
    first, second = batches_of(body)

    assert (header.client_id, header.correlation_id, body.acks) == ("learner", 42, 1)
    assert (first.topic_key, first.partition, first.count, first.crc) == (key, 0, 5, 0xFFFFFFF0)
    assert (first.producer_id, first.producer_epoch, first.base_sequence) == (77, 2, 9)
    assert (second.partition, second.count, second.crc, second.producer_id) == (2, 1, 1, -1)


@pytest.mark.parametrize("version", VERSIONS)
def test_it_reads_the_results_of_every_version(kafka_bytes, version):
    key = key_for(version)
    frame = kafka_bytes.produced(
        version, 42, {(key, 0): 1234, (key, 1): ErrorCode.not_enough_replicas}
    )

    results = results_of(read_response(0, version, memoryview(frame)))

    assert results == {
        (key, 0): Result(None, 1234),
        (key, 1): Result("NOT_ENOUGH_REPLICAS", None),
    }


@pytest.mark.parametrize("version", [0, 1, 2, 14, 99, -1])
def test_it_refuses_versions_it_has_no_schema_for(kafka_bytes, version):
    with pytest.raises(UndecodableError, match="version"):
        decoded(kafka_bytes.request(0, version, 1))


def test_it_refuses_an_api_that_kafka_does_not_have(kafka_bytes):
    with pytest.raises(UndecodableError, match="API 999"):
        read_head(memoryview(kafka_bytes.request(999, 0, 1)))


def _null_records(made):
    return {("orders", 0): None}


def _two_batches(made):
    return {("orders", 0): made.batch() + made.batch()}


def _old_format(made):
    batch = bytearray(made.batch())
    batch[16] = 1
    return {("orders", 0): bytes(batch)}


def _cut_short(made):
    return {("orders", 0): made.batch()[:60]}


@pytest.mark.parametrize("parts", [_null_records, _two_batches, _old_format, _cut_short])
def test_it_refuses_what_it_could_not_record_one_to_one(kafka_bytes, parts):
    _, body = decoded(kafka_bytes.produce(9, 1, parts(kafka_bytes)))

    with pytest.raises(UndecodableError):
        batches_of(body)


def test_it_refuses_bytes_after_the_request(kafka_bytes):
    frame = kafka_bytes.produce(9, 1, {("orders", 0): kafka_bytes.batch()})

    with pytest.raises(UndecodableError, match="follow"):
        decoded(kafka_bytes.framed(frame[4:] + b"more"))


@given(st.data())
def test_it_never_fails_in_another_way_on_damaged_requests(kafka_bytes, data):
    frame = bytearray(kafka_bytes.produce(10, 1, {("orders", 0): kafka_bytes.batch()}))
    for _ in range(data.draw(st.integers(1, 4))):
        frame[data.draw(st.integers(12, len(frame) - 1))] = data.draw(st.integers(0, 255))

    try:
        _, body = decoded(bytes(frame))
        batches_of(body)
    except UndecodableError:
        pass
