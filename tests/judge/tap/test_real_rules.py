"""Each rule does to real clients what it is for, and without it nothing happens to them."""

import pytest

from judge.kafka.installed import load_install
from judge.kafka.shape import Shape
from sandboxes.scenes import run_scene

pytestmark = [pytest.mark.brokers, pytest.mark.slow]

RECORDS = 301
TWICE = {"rewrite", "turned", "zombie"}
ONCE = {
    "rewrite_idempotent",
    "rewrite_not_leader",
    "rewrite_after_append",
    "no_rule",
    "reset_after_append",
    "reset_after_append_idempotent",
    "reset_before_broker",
    "drop_response",
    "turned_in_flight_1",
    "turned_idempotent",
    "turned_no_rule",
    "no_zombie",
    "hung",
    "not_hung",
    "expelled_classic",
    "expelled_consumer",
    "expelled_by_drop",
    "kept_classic",
    "kept_consumer",
    "slow",
    "dark",
    "refused",
    "groups",
    "large",
    "spliced",
}
PLAN = {**dict.fromkeys(sorted(ONCE), 1), **dict.fromkeys(sorted(TWICE), 2)}


@pytest.fixture(scope="module")
def scene(home):
    """All experiments, one after the other on one broker."""
    # Members that stay have to outlive what a busy machine makes of their heartbeats.
    patient = Shape(brokers=1, settings={"group.consumer.session.timeout.ms": "8000"})
    shape, install = patient.to_dict(), load_install(home).to_dict()
    return run_scene(home, "tap_rules_scene", shape, install, PLAN, patience_s=600)


def runs(scene, name):
    return scene["runs"][name]


def fired(run):
    return run["state"]["fired"]


@pytest.mark.parametrize("name", ["rewrite", "rewrite_not_leader", "rewrite_after_append"])
def test_a_rewritten_acknowledgement_doubles_exactly_one_batch(scene, name):
    for run in runs(scene, name):
        (event,) = run["state"]["events"]
        assert fired(run) == 1
        # It should be the batch that the rule names, sent again and stored again.
        assert 0 < run["twice"] <= 10
        assert run["missing"] == run["turned"] == 0
        assert run["fates"] == [["fail", event["error"], "rewrite_response"]]
        assert run["said"]["acknowledged"] == RECORDS


def test_idempotence_undoes_a_rewritten_acknowledgement(scene):
    for run in runs(scene, "rewrite_idempotent"):
        assert (fired(run), run["twice"], run["missing"]) == (1, 0, 0)


@pytest.mark.parametrize("name", ["no_rule", "turned_no_rule"])
def test_nothing_happens_without_a_rule(scene, name):
    for run in runs(scene, name):
        assert (run["twice"], run["missing"], run["turned"], run["fates"]) == (0, 0, 0, [])
        assert run["acknowledged"] == RECORDS


def test_a_reset_after_the_append_doubles(scene):
    for run in runs(scene, "reset_after_append"):
        assert fired(run) == 1
        assert run["twice"] > 0
        assert run["missing"] == 0
        # It should own to what it broke, and leave the rest of the connection unanswered.
        assert ["info", None, "reset_after_append"] in run["fates"]


def test_idempotence_undoes_a_reset_after_the_append(scene):
    for run in runs(scene, "reset_after_append_idempotent"):
        assert (fired(run), run["twice"], run["missing"]) == (1, 0, 0)


def test_a_reset_before_the_broker_alone_doubles_nothing(scene):
    for run in runs(scene, "reset_before_broker"):
        assert (fired(run), run["twice"], run["missing"]) == (1, 0, 0)


def test_a_dropped_response_doubles(scene):
    for run in runs(scene, "drop_response"):
        assert fired(run) == 1
        assert run["twice"] > 0
        assert run["missing"] == 0


def test_a_held_error_turns_the_order_round(scene):
    for run in runs(scene, "turned"):
        (event,) = run["state"]["events"]
        assert event["released"] == "later-response"
        # It should be a later batch that was appended first.
        assert all(isinstance(offset, int) for offset in event["later"])
        assert run["turned"] > 0
        assert run["twice"] == run["missing"] == 0


def test_one_request_in_flight_does_not_keep_librdkafka_in_order(scene):
    for run in runs(scene, "turned_in_flight_1"):
        assert fired(run) == 1
        assert run["turned"] > 0


def test_idempotence_keeps_the_order(scene):
    for run in runs(scene, "turned_idempotent"):
        assert (fired(run), run["turned"], run["missing"]) == (1, 0, 0)


def test_a_held_commit_finds_its_sender_fenced(scene):
    for run in runs(scene, "zombie"):
        assert run["said"] == {"second": "committed", "first": "_FENCED", "fatal": True}
        assert (run["committed"], run["stored"]) == (["B"], ["A", "B"])
        # It should have both ends of transactions in the evidence, the heir's first.
        assert run["ends"] == [
            ["ok", None, True, None],
            ["fail", "INVALID_PRODUCER_EPOCH", True, "hold_request"],
        ]
        assert run["state"]["events"][0]["released"] == "removed"


def test_a_commit_that_is_not_held_is_nobodys_business(scene):
    for run in runs(scene, "no_zombie"):
        assert run["said"] == {"first": "committed"}
        assert (run["committed"], run["ends"]) == (["A"], [["ok", None, True, None]])


def test_a_dropped_commit_leaves_the_transaction_open(scene):
    for run in runs(scene, "hung"):
        assert run["said"] == "_TIMED_OUT"
        assert (run["committed"], run["stored"]) == ([], ["A"])
        assert set(map(tuple, run["ends"])) == {("info", "rule-drop_request")}
        assert fired(run) == len(run["ends"])
    for run in runs(scene, "not_hung"):
        assert (run["said"], run["committed"]) == ("committed", ["A"])


@pytest.mark.parametrize("name", ["expelled_classic", "expelled_consumer", "expelled_by_drop"])
def test_a_member_whose_heartbeats_are_kept_back_is_expelled(scene, name):
    for run in runs(scene, name):
        assert fired(run) >= 1
        # It should not be able to commit: at the coordinator, or by what its client knows.
        assert run["said"]["commit"] in {"UNKNOWN_MEMBER_ID", "_ASSIGNMENT_LOST"}
        assert not [commit for commit in run["commits"] if commit[0] == "ok"]


@pytest.mark.parametrize("name", ["kept_classic", "kept_consumer"])
def test_a_member_whose_heartbeats_pass_stays(scene, name):
    for run in runs(scene, name):
        assert run["state"]["members"] == 1
        assert run["said"]["commit"] == "committed"
        assert [commit[0] for commit in run["commits"]] == ["ok"]


def test_commits_in_the_evidence_are_what_the_coordinator_holds(scene):
    heard = {"classic": {"join", "sync"}, "consumer": {"consumer_heartbeat"}}
    for run in runs(scene, "groups"):
        for protocol, found in run.items():
            assert [[kind, offset] for kind, _, _, offset in found["commits"]] == [["ok", 10]]
            assert found["coordinator"] == 10
            assert heard[protocol] <= set(found["apis"])
            # It should have summed up what was fetched, all batches of it.
            assert found["fetched"] == [[0, 0, 19]]
            assert found["fetched_bytes"] > 0


def test_a_delay_is_felt_by_every_request(scene):
    for run in runs(scene, "slow"):
        assert fired(run) >= 1
        assert run["least_ms"] >= 50
        assert run["stored"] == ["-1", "0", "1", "2"]


def test_nothing_passes_in_the_dark_and_all_of_it_after(scene):
    for run in runs(scene, "dark"):
        assert run["state"]["open"]
        assert run["passed"] == 0
        assert (run["said"]["acknowledged"], run["twice"], run["stored"]) == (2001, 0, 2001)


def test_a_shut_door_refuses_and_opens_again(scene):
    for run in runs(scene, "refused"):
        assert [run["before"], run["during"], run["after"]] == [
            "open", "ConnectionRefusedError", "open",
        ]  # fmt: skip
        assert (fired(run), run["state"]["events"][0]["connect"]) == (1, "ECONNREFUSED")


def test_a_fetch_of_many_megabytes_passes_through_a_small_tap(scene):
    for run in runs(scene, "large"):
        assert run["said"] == {"count": 16, "bytes": 16 * 1_500_000}
        assert run["unread"] == 0
        # It should have counted it all, although one response was too large to be read.
        assert [None, None] in [row[:2] for row in run["rows"]]
        assert sum(row[2] for row in run["rows"]) >= 16 * 1_500_000
        assert run["grown_kb"] < 16_000


def test_spliced_bytes_pass_and_leave_no_evidence(scene):
    for run in runs(scene, "spliced"):
        assert (run["said"]["acknowledged"], run["stored"], run["rows"]) == (101, 101, 0)
        assert run["bytes"]["requests"] > 1000
        assert run["bytes"]["responses"] > 1000


def test_the_tap_had_no_bugs_and_holds_nothing(scene):
    stats = scene["stats"]
    assert (stats["bugs"], stats["unread_fetches"], stats["held_bytes"]) == ({}, 0, 0)
