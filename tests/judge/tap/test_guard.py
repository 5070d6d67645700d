"""What a program may not ask never reaches a broker, and is answered in its turn."""

import datetime
import io
import sys
import uuid

import pytest
from kio.index import load_request_schema
from kio.schema.delete_groups.v2.request import DeleteGroupsRequest
from kio.serial import entity_writer

from judge.inside.tap.codec import read_response

FETCH, DELETE_GROUPS, UNNAMED = 1, 42, uuid.UUID(int=9)


def delete_groups(kafka_bytes, correlation):
    """A whole request to delete one group."""
    schema = load_request_schema(DELETE_GROUPS, 2)
    out = io.BytesIO()
    header = schema.__header_schema__(
        request_api_key=DELETE_GROUPS,
        request_api_version=2,
        correlation_id=correlation,
        client_id="learner",
    )
    entity_writer(type(header))(out, header)
    entity_writer(schema)(out, DeleteGroupsRequest(groups_names=("theirs",)))
    return kafka_bytes.framed(out.getvalue())


def answer_of(learner, api, version):
    """The next response, decoded."""
    size = learner.read(4)
    return read_response(api, version, memoryview(size + learner.read(int.from_bytes(size))))


def test_it_answers_for_the_broker_which_never_sees_the_request(tap, broker, learner, kafka_bytes):
    tap.guard(administers=False)

    learner.send(delete_groups(kafka_bytes, 1))
    (group,) = answer_of(learner, DELETE_GROUPS, 2).results

    assert (group.group_id, group.error_code.name) == ("theirs", "cluster_authorization_failed")
    assert broker.frames == []
    assert tap.stats()["refused"] == {"delete_groups": 1}


def test_a_runbook_may_ask_it(tap, broker, learner, kafka_bytes):
    broker.answer = lambda frame: kafka_bytes.response(1)
    tap.guard(administers=True)

    learner.send(delete_groups(kafka_bytes, 1))
    learner.read(8)

    assert len(broker.frames) == 1


@pytest.mark.parametrize("topic", ["canary-bad", "__consumer_offsets"])
def test_it_keeps_records_out_of_topics_that_are_not_the_programs(
    tap, broker, learner, kafka_bytes, topic
):
    tap.guard(administers=True)

    learner.send(kafka_bytes.produce(10, 1, {(topic, 0): kafka_bytes.batch()}))
    ((part,),) = (t.partition_responses for t in answer_of(learner, 0, 10).responses)

    assert part.error_code.name == "topic_authorization_failed"
    assert broker.frames == []
    (record,) = tap.records()
    assert (record.topic, record.error) == (topic, "TOPIC_AUTHORIZATION_FAILED")
    assert not record.acknowledged


def test_it_lets_no_record_pass_to_a_topic_that_it_cannot_name(tap, broker, learner, kafka_bytes):
    tap.guard(administers=False)

    learner.send(kafka_bytes.produce(13, 1, {(UNNAMED, 0): kafka_bytes.batch()}))
    ((part,),) = (t.partition_responses for t in answer_of(learner, 0, 13).responses)

    assert part.error_code.name == "unknown_topic_id"
    assert broker.frames == []


def test_records_without_an_answer_break_their_connection(tap, broker, learner, kafka_bytes):
    tap.guard(administers=False)

    learner.send(kafka_bytes.produce(10, 1, {("canary-bad", 0): kafka_bytes.batch()}, acks=0))

    assert learner.was_reset()
    assert broker.frames == []


def fetch(kafka_bytes, version, replica_id):
    """A whole request for records, by a consumer (-1) or in the name of a broker."""
    schema = load_request_schema(FETCH, version)
    asked = {"max_wait": datetime.timedelta(0), "min_bytes": 1, "topics": (),
             "forgotten_topics_data": ()}  # fmt: skip
    if version < 15:
        request = schema(replica_id=replica_id, **asked)
    else:
        state = sys.modules[schema.__module__].ReplicaState
        request = schema(replica_state=state(replica_id=replica_id), **asked)
    out = io.BytesIO()
    header = schema.__header_schema__(
        request_api_key=FETCH, request_api_version=version, correlation_id=1, client_id="learner"
    )
    entity_writer(type(header))(out, header)
    entity_writer(schema)(out, request)
    return kafka_bytes.framed(out.getvalue())


@pytest.mark.parametrize("version", [11, 14, 15, 17])
def test_a_follower_is_nobody_that_a_program_may_be(tap, broker, learner, kafka_bytes, version):
    tap.guard(administers=True)

    learner.send(fetch(kafka_bytes, version, replica_id=2))

    assert learner.was_reset()
    assert broker.frames == []
    assert tap.stats()["refused"] == {"fetch": 1}


@pytest.mark.parametrize("version", [11, 17])
def test_a_consumer_fetches_as_it_likes(tap, broker, learner, kafka_bytes, version):
    broker.answer = lambda frame: kafka_bytes.response(1)
    tap.guard(administers=False)

    learner.send(fetch(kafka_bytes, version, replica_id=-1))
    learner.read(8)

    assert len(broker.frames) == 1
