"""Forbidden means: problems solved by giving the topic's promises away."""

from __future__ import annotations

from dataclasses import replace

import pytest

from histories.copying import block, changed, command, configured
from histories.words import TOPIC, acknowledged, history, unanswered
from judge.checkers import forbidden_means
from judge.history import Op
from judge.indexing import index_history


def check(*parts, allowed=(), promises=("forbidden_means",), **terms):
    found = index_history(history(*parts, promises=promises, **terms))
    return forbidden_means.check(found, allowed=allowed)


def causes(result):
    assert (result.kept is False) == bool(result.anomalies)
    return [anomaly.cause for anomaly in result.anomalies]


CLEAN = [
    *changed(2, [1, 2, 3], at=0),
    *changed(2, [2], elr=[1], at=500),
    *changed(1, [1], at=900),
    *configured(at=0, when="begin", min_insync_replicas="2"),
    *configured(min_insync_replicas="2"),
    *acknowledged("o1"),
    *command("kafka-topics.sh --bootstrap-server b1:9092 --describe --topic orders"),
]


def test_it_keeps_the_promise_when_leaders_were_in_sync_and_nothing_was_lowered():
    assert check(CLEAN).kept is True


def test_it_says_nothing_when_no_lab_asks():
    result = check(CLEAN, acknowledged("o2", acks=1), promises=())

    assert (result.kept, result.anomalies) == (None, ())


def test_it_finds_a_leader_that_was_not_in_sync():
    result = check(changed(2, [1, 2, 3]), changed(2, [2], at=500), changed(3, [3], at=900, epoch=6))

    assert causes(result) == ["unclean-election"]
    (evidence,) = result.anomalies[0].evidence
    assert evidence.what == (
        "broker 3 was made leader of orders-0 at 0.900 s; in sync or eligible were [2]"
    )
    assert (evidence.broker, evidence.leader_epoch) == (3, 6)


def test_it_takes_a_leader_out_of_the_eligible_replicas_for_clean():
    assert check(changed(2, [], elr=[2, 3]), changed(3, [3], at=900)).kept is True


def test_it_takes_the_last_leader_that_comes_back_for_clean():
    back = [*changed(2, [2]), *changed(None, [], at=500), *changed(2, [2], at=900)]

    assert check(back).kept is True


@pytest.mark.parametrize(
    ("kind", "kept"),
    [("unclean", False), ("last-known-leader", True), ("from-elr", True), (None, False)],
)
def test_it_goes_by_what_the_metadata_log_calls_the_election(kind, kept):
    (op,) = changed(3, [3], at=900)
    told = replace(op, detail={**op.detail, "election": kind})

    assert check(changed(2, [2]), [told]).kept is kept


def test_it_finds_a_topic_that_was_deleted_and_made_again():
    (op,) = changed(2, [2])
    gone = replace(op, t_ms=700, f="topic", detail={"change": "deleted"})
    made = replace(op, t_ms=800, f="topic", detail={"change": "created"})

    result = check([gone, made])

    assert causes(result) == ["topic-deleted"]
    assert result.anomalies[0].count == 1
    assert result.anomalies[0].evidence[0].what == "topic orders was deleted at 0.700 s"


def test_it_does_not_mind_the_deletion_of_another_topic():
    (op,) = changed(2, [2])

    assert check([replace(op, f="topic", topic="else", detail={"change": "deleted"})]).kept is True


@pytest.mark.parametrize("nobody", [None, -1])
def test_it_takes_nobody_for_no_leader(nobody):
    gone = [*changed(2, [2]), *changed(nobody, [2], at=500)]

    assert check(gone, changed(2, [2], at=900)).kept is True
    assert check(gone, changed(3, [3], at=900)).kept is False
    assert check(gone).kept is True


def test_it_takes_a_change_on_the_way_for_no_end():
    way = [
        *configured(at=0, when="begin", min_insync_replicas="2"),
        *configured(at=8000, min_insync_replicas="2"),
        *configured(at=8500, when="change", min_insync_replicas="1"),
    ]

    assert check(way).kept is True


def test_it_does_not_blame_an_election_that_the_scenario_forced():
    forced = Op(910, "scenario", "info", "unclean_election", detail={"topics": [TOPIC]})

    assert check(changed(2, [2]), changed(3, [3], at=900), [forced]).kept is True


def test_it_finds_a_floor_that_was_left_low():
    result = check(
        configured(at=0, when="begin", min_insync_replicas="2"),
        configured(min_insync_replicas="1"),
    )

    assert causes(result) == ["min-isr-lowered"]


def test_it_goes_by_what_the_topic_was_made_with_where_nobody_asked_at_the_beginning():
    low = configured(min_insync_replicas="1")
    made_with_one = {"topic": {"min.insync.replicas": "1"}}

    assert causes(check(low)) == ["min-isr-lowered"]
    assert check(low, settings=made_with_one).kept is True
    assert check(low, settings={}).kept is True
    assert check(configured(topic=None, broker=1, min_insync_replicas="1")).kept is True


def test_it_looks_at_the_floor_of_the_judged_topic_only():
    other = [
        *configured(at=0, when="begin", topic="else", min_insync_replicas="2"),
        *configured(at=9500, topic="else", min_insync_replicas="1"),
    ]
    (failed,) = configured(at=9500, min_insync_replicas="1")

    assert check(configured(min_insync_replicas="2"), other).kept is True
    low = [replace(failed, type="fail")]
    means = check(configured(min_insync_replicas="2"), low)
    assert "min-isr-lowered" not in [anomaly.cause for anomaly in means.anomalies]


def test_it_allows_a_floor_that_was_raised():
    raised = [
        *configured(at=0, when="begin", min_insync_replicas="1"),
        *configured(min_insync_replicas="2"),
    ]

    assert check(raised).kept is True


@pytest.mark.parametrize(
    "line",
    [
        "kafka-topics.sh --bootstrap-server b1:9092 --delete --topic orders",
        "kafka-topics --delete --topic=orders --bootstrap-server b1:9092",
    ],
)
def test_it_finds_a_topic_that_was_deleted_by_command(line):
    assert causes(check(command(line))) == ["topic-deleted"]


@pytest.mark.parametrize(
    "line",
    [
        "kafka-topics.sh --delete --topic orders-old",
        "kafka-consumer-groups.sh --delete --group orders",
        "kafka-configs.sh --alter --entity-name orders --delete-config retention.ms",
    ],
)
def test_it_does_not_mistake_another_command_for_a_deletion(line):
    assert check(command(line)).kept is True


def test_it_takes_no_notice_of_a_command_that_failed():
    assert check(command("kafka-topics.sh --delete --topic orders", code=1)).kept is True


def test_it_finds_a_topic_that_is_gone():
    gone = Op(9000, "metadata", "fail", "config", topic=TOPIC, error="UNKNOWN_TOPIC_OR_PART",
              detail={"_when": "end"})  # fmt: skip

    assert causes(check([gone])) == ["topic-deleted"]


def test_it_finds_records_that_were_deleted():
    line = "kafka-delete-records.sh --bootstrap-server b1:9092 --offset-json-file o.json"

    assert causes(check(command(line))) == ["records-deleted"]


def test_it_finds_batches_sent_with_fewer_acks():
    result = check(acknowledged("o1", acks=1, offset=4), unanswered("o2", acks=0, at=130))

    assert causes(result) == ["acks-lowered"]
    assert result.anomalies[0].count == 2
    assert result.anomalies[0].evidence[0].what == (
        "a batch of 1 record was sent with acks=1 at 0.118 s and stored at offset 4"
    )


@pytest.mark.parametrize(
    ("settings", "kept"),
    [
        ({"acks": "1"}, False),
        ({"acks": "0"}, False),
        ({"request.required.acks": "1"}, False),
        ({"acks": "all"}, True),
        ({"acks": "-1"}, True),
        ({}, True),
    ],
)
def test_it_looks_at_the_settings_that_our_load_was_run_with(settings, kept):
    (told,) = block("candidate", 1, 500, records=10)
    run = [replace(told, detail={**told.detail, "settings": settings})]

    result = check(run, block("baseline", 1, 400))

    assert result.kept is kept
    assert causes(result) == ([] if kept else ["acks-lowered"])
    assert kept or result.anomalies[0].evidence[0].t_ms == 500


def test_it_cannot_compare_a_floor_that_is_no_number():
    odd = [
        *configured(at=0, when="begin", min_insync_replicas="two"),
        *configured(min_insync_replicas="1"),
    ]

    assert check(odd, settings={}).kept is True


def test_it_says_nothing_of_how_many_where_the_tap_did_not():
    (batch,) = acknowledged("o1", acks=1, offset=4)

    (row,) = check([replace(batch, count=None)]).anomalies[0].evidence

    assert row.what.startswith("a batch of 0 records was sent with acks=1")


def test_it_allows_what_the_lab_allows():
    assert check(acknowledged("o1", acks=1), allowed=["acks-lowered"]).kept is True


def test_it_goes_by_what_was_told_at_the_beginning_and_not_by_what_the_topic_was_made_with():
    low_already = [
        *configured(at=0, when="begin", min_insync_replicas="1"),
        *configured(min_insync_replicas="1"),
    ]

    assert check(low_already, settings={"topic": {"min.insync.replicas": "2"}}).kept is True


def test_it_finds_a_lowered_floor_behind_the_answer_about_another_topic():
    other = configured(at=0, topic="else", min_insync_replicas="2")

    assert causes(check(other, configured(min_insync_replicas="1"))) == ["min-isr-lowered"]


def test_it_holds_nothing_against_a_block_of_our_load_that_tells_no_settings():
    assert check(block("candidate", 1, 500, records=10)).kept is True


def test_it_cuts_a_long_command_short():
    line = "kafka-delete-records.sh ".ljust(500, "x")

    (row,) = check(command(line, at=2000)).anomalies[0].evidence

    assert row.what == f"records were deleted at 2.000 s: {line[:200]}"
    assert row.detail == {"line": line[:400]}
