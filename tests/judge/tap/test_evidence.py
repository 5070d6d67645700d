"""What the tap writes down about each batch, and what a program could know of it."""

import time
import uuid

import pytest
from kio.schema.errors import ErrorCode

CRC = 0xDEADBEEF


def one(tap):
    (record,) = tap.records()
    return record


@pytest.mark.parametrize("version", [9, 10, 13])
def test_it_records_a_delivered_acknowledgement(tap, broker, learner, kafka_bytes, version):
    key = "orders" if version < 13 else uuid.uuid4()
    request = kafka_bytes.produce(
        version, 5, {(key, 2): kafka_bytes.batch(4, CRC, pid=9, epoch=1, sequence=30)}, acks=1
    )
    response = kafka_bytes.produced(version, 5, {(key, 2): 1000})
    broker.answer = lambda frame: response

    began = time.monotonic()
    learner.send(request)
    got = learner.read(len(response))
    record = one(tap)

    # It should pass both on unchanged.
    assert (bytes(broker.received), got) == (request, response)
    # It should say all there is to know of the batch.
    assert record.outcome == "delivered"
    assert record.acknowledged
    assert (record.broker, record.topic, record.partition) == (1, str(key), 2)
    assert (record.base_offset, record.count, record.crc, record.error) == (1000, 4, CRC, None)
    assert (record.producer_id, record.producer_epoch, record.base_sequence) == (9, 1, 30)
    assert (record.acks, record.client_id, record.version) == (1, "learner", version)
    assert began <= record.sent_s <= record.answered_s <= record.ended_s <= time.monotonic()
    assert tap.acknowledged(str(key)) == 4


def test_it_names_topics_that_are_known_by_id_only(tap, broker, learner, kafka_bytes):
    topic_id = uuid.uuid4()
    named = kafka_bytes.metadata_response(12, 1, {topic_id: "orders"})
    produced = kafka_bytes.produced(13, 2, {(topic_id, 0): 7})
    broker.answer = lambda frame: named if frame[5] == 3 else produced

    learner.send(kafka_bytes.metadata(12, 1))
    learner.read(len(named))
    learner.send(kafka_bytes.produce(13, 2, {(topic_id, 0): kafka_bytes.batch(2)}))
    learner.read(len(produced))

    assert one(tap).topic == "orders"
    assert tap.acknowledged("orders") == 2


def test_it_records_each_partition_with_its_own_result(tap, broker, learner, kafka_bytes):
    parts = {("orders", p): kafka_bytes.batch(1, crc=p) for p in range(3)}
    results = {("orders", 0): 10, ("orders", 1): ErrorCode.not_enough_replicas, ("orders", 2): 12}
    response = kafka_bytes.produced(10, 1, results)
    broker.answer = lambda frame: response

    learner.send(kafka_bytes.produce(10, 1, parts))
    learner.read(len(response))

    ops = [(o.type, o.partition, o.offset, o.crc, o.error) for o in tap.ops(0.0)]
    assert ops == [
        ("ok", 0, 10, 0, None),
        ("fail", 1, None, 1, "NOT_ENOUGH_REPLICAS"),
        ("ok", 2, 12, 2, None),
    ]
    assert tap.acknowledged("orders") == 2


@pytest.mark.parametrize(
    "code",
    [
        ErrorCode.not_enough_replicas,
        ErrorCode.not_enough_replicas_after_append,
        ErrorCode.not_leader_or_follower,
        ErrorCode.request_timed_out,
        ErrorCode.invalid_producer_epoch,
        ErrorCode.unknown_topic_or_partition,
    ],
)
def test_it_gives_errors_their_kafka_names(tap, broker, learner, kafka_bytes, code):
    response = kafka_bytes.produced(10, 1, {("orders", 0): code})
    broker.answer = lambda frame: response

    learner.send(kafka_bytes.produce(10, 1, {("orders", 0): kafka_bytes.batch()}))
    learner.read(len(response))

    assert one(tap).error == code.name.upper()
    assert not one(tap).acknowledged
    assert tap.acknowledged("orders") == 0


def test_acks_0_is_sent_and_never_acknowledged(tap, broker, learner, kafka_bytes, eventually):
    request = kafka_bytes.produce(10, 1, {("orders", 0): kafka_bytes.batch()}, acks=0)
    after = kafka_bytes.request(18, 3, 2)
    broker.answer = lambda frame: kafka_bytes.response(2) if frame == after else None

    learner.send(request, after)
    learner.read(8)

    # It should not wait for an answer to it, nor mistake the next one for it.
    assert broker.frames == [request, after]
    assert one(tap).outcome == "no-response-wanted"
    (op,) = tap.ops(0.0)
    assert (op.type, op.offset, op.error, op.detail["acks"]) == ("info", None, None, 0)
    assert tap.acknowledged("orders") == 0


def test_an_unanswered_request_is_info_when_the_program_leaves(
    tap, broker, learner, kafka_bytes, eventually
):
    learner.send(kafka_bytes.produce(10, 1, {("orders", 0): kafka_bytes.batch(3, CRC)}))
    eventually(lambda: broker.frames)
    assert tap.records() == []

    learner.sock.close()
    broker.ended.wait(10)
    broker.close()
    eventually(tap.records)

    (op,) = tap.ops(0.0)
    assert (op.type, op.crc, op.count, op.offset) == ("info", CRC, 3, None)
    assert op.detail["outcome"] == "unanswered"


def test_an_unanswered_request_is_info_when_the_broker_dies(
    tap, broker, learner, kafka_bytes, eventually
):
    learner.send(kafka_bytes.produce(10, 1, {("orders", 0): kafka_bytes.batch()}))
    eventually(lambda: broker.frames)
    broker.close()

    learner.was_reset()

    assert one(tap).outcome == "unanswered"
    assert one(tap).why.startswith("broker-")


def test_stop_settles_what_is_in_flight(tap, broker, learner, kafka_bytes, eventually):
    learner.send(*(kafka_bytes.produce(10, n, {("t", 0): kafka_bytes.batch()}) for n in range(3)))
    eventually(lambda: len(broker.frames) == 3)

    tap.stop()

    assert [r.outcome for r in tap.records()] == ["unanswered"] * 3
    assert {r.why for r in tap.records()} == {"tap-stopped"}


def test_a_response_the_program_was_gone_for_is_not_delivered(
    tap, broker, learner, kafka_bytes, eventually
):
    learner.send(kafka_bytes.produce(10, 1, {("orders", 0): kafka_bytes.batch()}))
    eventually(lambda: broker.frames)
    learner.sock.close()
    broker.ended.wait(10)

    broker.connections[0].sendall(kafka_bytes.produced(10, 1, {("orders", 0): 55}))
    eventually(tap.records)

    # It should know the offset, and that the program does not.
    assert (one(tap).outcome, one(tap).base_offset) == ("response-not-delivered", 55)
    assert tap.ops(0.0)[0].type == "info"
    assert tap.acknowledged("orders") == 0


def test_drain_gives_every_record_once(tap, broker, learner, kafka_bytes):
    response = kafka_bytes.produced(10, 1, {("orders", 0): 5})
    broker.answer = lambda frame: response
    request = kafka_bytes.produce(10, 1, {("orders", 0): kafka_bytes.batch()})

    learner.send(request)
    learner.read(len(response))
    first = tap.drain()
    learner.send(request, request)
    learner.read(2 * len(response))

    assert (len(first), len(tap.drain()), len(tap.drain())) == (1, 2, 0)
    assert len(tap.records()) == 3


def test_ops_count_from_the_moment_given(tap, broker, learner, kafka_bytes):
    response = kafka_bytes.produced(10, 1, {("orders", 0): 5})
    broker.answer = lambda frame: response
    learner.send(kafka_bytes.produce(10, 1, {("orders", 0): kafka_bytes.batch()}))
    learner.read(len(response))

    record = one(tap)
    (op,) = tap.ops(record.sent_s)

    assert op.detail["sent_ms"] == 0.0
    assert op.t_ms == round((record.ended_s - record.sent_s) * 1000, 3)


def test_it_counts_requests_by_the_name_of_their_api(tap, broker, learner, kafka_bytes):
    broker.answer = lambda frame: kafka_bytes.response(1)

    learner.send(kafka_bytes.request(20, 6, 1))
    learner.read(8)

    assert tap.stats()["requests"] == {"delete_topics": 1}
