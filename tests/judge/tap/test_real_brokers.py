"""On real brokers the tap and the logs on disk agree, batch by batch, and nothing goes round it."""

import pytest

from judge.kafka.installed import load_install
from judge.kafka.shape import Shape
from sandboxes.scenes import run_scene

pytestmark = pytest.mark.brokers

RUNS = {
    "plain": {"enable.idempotence": False},
    "idempotent": {"enable.idempotence": True},
    "lz4": {"compression.type": "lz4"},
    "transactional": {"transactional.id": "t-1"},
    "leaderonly": {"acks": 1},
    "fireandforget": {"acks": 0},
}
ACKNOWLEDGED = [name for name in (*RUNS, "java") if name != "fireandforget"]


@pytest.fixture(scope="module")
def scene(home):
    """What happened in one sandbox, with the scene as its supervisor."""
    return run_scene(home, "tap_scene", Shape().to_dict(), load_install(home).to_dict(), RUNS)


def seen(run):
    """What the tap saw acknowledged: partition, base offset, count, CRC, producer and sequence."""
    return sorted(row[:7] for row in run["tap"] if row[7] == "delivered" and row[8] is None)


@pytest.mark.parametrize("name", ACKNOWLEDGED)
def test_the_tap_and_every_log_on_disk_agree(scene, name):
    run = scene["runs"][name]

    # It should have recorded every batch exactly once, in every field, on all three brokers.
    assert len(run["disk"]) == 3
    for rows in run["disk"].values():
        assert sorted(rows) == seen(run)
    # It should have counted what the program was told.
    assert run["said"]["acknowledged"] == run["acknowledged"] == sum(r[2] for r in seen(run))
    assert run["said"]["refused"] == 0


def test_what_is_sent_without_waiting_is_on_disk_and_never_acknowledged(scene):
    run = scene["runs"]["fireandforget"]

    assert run["acknowledged"] == 0
    assert {(row[7], row[9]) for row in run["tap"]} == {("no-response-wanted", 0)}
    sent = sorted((row[0], row[3]) for row in run["tap"])
    for rows in run["disk"].values():
        assert sorted((row[0], row[3]) for row in rows) == sent


def test_producers_that_name_topics_by_id_are_recorded_by_name(scene):
    rows = scene["runs"]["java"]["tap"]

    assert {row[10] for row in rows} == {13}
    assert {row[11] for row in rows} == {"java"}


def test_a_leader_killed_under_load_leaves_nothing_unexplained(scene):
    run = scene["runs"]["killed"]
    acknowledged = {tuple(row[:4]) for row in seen(run)}
    sent = {(row[0], row[3]) for row in run["tap"]}

    # It should find every acknowledged batch on both survivors, at its offset.
    assert run["said"] == {"acknowledged": 10_000, "refused": 0}
    assert len(run["disk"]) == 2
    for rows in run["disk"].values():
        stored = {tuple(row[:4]) for row in rows}
        assert acknowledged <= stored
        # It should have seen the request of every batch that is stored.
        assert {(row[0], row[3]) for row in rows} <= sent
    # It should have written down those that the dead broker never answered.
    unheard = [row for row in run["tap"] if row[7] == "unanswered"]
    assert unheard
    assert all(row[1] is None and row[8] is None for row in unheard)


def test_controller_and_replication_ports_are_shut_to_the_learner(scene):
    learner, platform = scene["learner_reaches"], scene["platform_reaches"]

    # It should be the tap that shuts them: from the platform they are open.
    assert set(platform.values()) == {"open"}
    for address, result in learner.items():
        client_port = address.endswith(":9092")
        assert result == ("open" if client_port else "ConnectionRefusedError"), address


def test_a_dead_broker_refuses_the_learner(scene):
    assert set(scene["dead_broker"].values()) == {"ConnectionRefusedError"}


def test_nothing_passes_without_the_tap(scene):
    assert "open" not in scene["after_the_tap"].values()


def test_it_had_no_bugs(scene):
    assert scene["stats"]["bugs"] == {}
