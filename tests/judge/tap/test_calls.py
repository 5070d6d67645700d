"""Commits, transactions and group requests of every version become rows that say what they are."""

import datetime
import sys
import uuid

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from kio.index import KioIndexError, load_request_schema, load_response_schema
from kio.schema.errors import ErrorCode

from judge.inside.tap.answers import response_frame, with_error
from judge.inside.tap.calls import CALL_APIS, END_TXN, OFFSET_COMMIT, Call, call_of, note_answer
from judge.inside.tap.codec import UndecodableError, read_response


def versions(load):
    found = []
    for api in sorted(CALL_APIS):
        for version in range(16):
            try:
                found.append((api, version, load(api, version)))
            except KioIndexError:
                continue
    return found


QUICK = settings(max_examples=2, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.mark.parametrize(
    ("api", "version", "schema"), versions(load_request_schema), ids=lambda x: str(x)[-30:]
)
def test_it_reads_what_every_version_asks(api, version, schema):
    @QUICK
    @given(st.from_type(schema))
    def check(body):
        try:
            call = call_of(api, body)
        except UndecodableError:
            return  # a topic with neither name nor id
        assert call.f in {"commit", "end_txn", "group", "init_producer"}
        if call.f == "commit":
            assert len(call.offsets) <= sum(len(t.partitions) for t in body.topics)

    check()


@pytest.mark.parametrize(
    ("api", "version", "schema"), versions(load_response_schema), ids=lambda x: str(x)[-30:]
)
def test_it_hears_an_error_that_a_rule_put_into_any_answer(api, version, schema):
    @QUICK
    @given(st.from_type(schema))
    def check(body):
        changed = with_error(body, ErrorCode.request_timed_out)
        read = read_response(api, version, response_frame(changed, 7))
        call = Call("commit" if api in (OFFSET_COMMIT, 28) else "group", "g")
        try:
            note_answer(call, api, read)
        except UndecodableError:
            return
        told = set(call.errors.values()) | ({call.error} if call.f != "commit" else set())
        assert told <= {"REQUEST_TIMED_OUT"}
        assert not (told and call.succeeded)

    check()


def offset_commit(kafka_bytes, correlation, version=9):
    schema = load_request_schema(OFFSET_COMMIT, version)
    made = sys.modules[schema.__module__]
    part = made.OffsetCommitRequestPartition(
        partition_index=2, committed_offset=41, committed_metadata=None
    )
    topic = made.OffsetCommitRequestTopic(name="orders", partitions=(part,))
    body = schema(group_id="billing", member_id="m-1", topics=(topic,))
    header = schema.__header_schema__(
        request_api_key=OFFSET_COMMIT, request_api_version=version,
        correlation_id=correlation, client_id="learner",
    )  # fmt: skip
    return kafka_bytes._framed(header, body)


def offset_committed(correlation, error, version=9):
    schema = load_response_schema(OFFSET_COMMIT, version)
    made = sys.modules[schema.__module__]
    part = made.OffsetCommitResponsePartition(partition_index=2, error_code=error)
    topic = made.OffsetCommitResponseTopic(name="orders", partitions=(part,))
    body = schema(throttle_time=datetime.timedelta(0), topics=(topic,))
    return bytes(response_frame(body, correlation))


@pytest.mark.parametrize(
    ("error", "fate", "name"),
    [(ErrorCode.none, "ok", None), (ErrorCode.illegal_generation, "fail", "ILLEGAL_GENERATION")],
)
def test_a_commit_says_group_place_offset_and_error(
    tap, broker, learner, kafka_bytes, error, fate, name
):
    answer = offset_committed(4, error)
    broker.answer = lambda frame: answer

    learner.send(offset_commit(kafka_bytes, 4))
    assert learner.read(len(answer)) == answer

    (op,) = tap.ops(0.0)
    assert (op.source, op.type, op.f, op.id, op.error) == ("tap", fate, "commit", "billing", name)
    assert (op.topic, op.partition, op.offset, op.broker) == ("orders", 2, 41, 1)
    assert op.detail["member"] == "m-1"
    assert 0 < op.detail["sent_ms"] <= op.t_ms
    assert tap.records() == []


def test_a_commit_without_an_answer_is_info(tap, broker, learner, kafka_bytes, eventually):
    learner.send(offset_commit(kafka_bytes, 4))
    eventually(lambda: broker.frames)

    tap.reset_connections("over")

    (op,) = tap.ops(0.0)
    assert (op.type, op.error, op.offset) == ("info", None, 41)
    assert (op.detail["outcome"], op.detail["why"]) == ("unanswered", "over")


def test_a_rewritten_commit_says_that_the_broker_had_agreed(
    tap, broker, learner, kafka_bytes, eventually
):
    answer = offset_committed(4, ErrorCode.none)
    broker.answer = lambda frame: answer
    rule = tap.add_rule(
        {"rule": "rewrite_response", "api": "offset_commit", "group": "billing", "error": 7}
    )

    learner.send(offset_commit(kafka_bytes, 4))
    learner.read(len(answer))

    (op,) = tap.ops(0.0)
    assert (op.type, op.error) == ("fail", "REQUEST_TIMED_OUT")
    assert (op.detail["rule"], op.detail["hidden"]) == ("rewrite_response", "ok")
    assert tap.rule_state(rule)["fired"] == 1


def test_a_topic_named_by_id_stays_visible_as_itself():
    schema = load_request_schema(OFFSET_COMMIT, 10)
    made = sys.modules[schema.__module__]
    key = uuid.uuid4()
    part = made.OffsetCommitRequestPartition(
        partition_index=0, committed_offset=5, committed_metadata=None
    )
    topic = made.OffsetCommitRequestTopic(topic_id=key, partitions=(part,))

    call = call_of(OFFSET_COMMIT, schema(group_id="g", member_id="", topics=(topic,)))

    assert call.offsets == {(key, 0): 5}


def test_the_end_of_a_transaction_says_which_and_how():
    schema = load_request_schema(END_TXN, 5)
    body = schema(transactional_id="t", producer_id=9, producer_epoch=2, committed=False)

    call = call_of(END_TXN, body)

    assert (call.id, call.transactional_id, call.group) == ("t", "t", None)
    assert call.detail == {"committed": False, "pid": 9, "epoch": 2}
