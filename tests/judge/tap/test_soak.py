"""Several programs at once, under every rule: the evidence is still the disk, to the batch."""

import pytest

from judge.kafka.installed import load_install
from judge.kafka.shape import Shape
from sandboxes.scenes import run_scene

pytestmark = [pytest.mark.brokers, pytest.mark.slow]

RECORDS_A_PRODUCER = 50_000
PRODUCERS = ["plain", "idempotent", "lz4", "transactional"]


@pytest.fixture(scope="module")
def soak(home):
    """Four producers of 50,000 records and three consumers, on one broker behind one tap."""
    shape, install = Shape(brokers=1).to_dict(), load_install(home).to_dict()
    return run_scene(home, "tap_soak_scene", shape, install, RECORDS_A_PRODUCER, patience_s=500)


def placed(row):
    """Where the broker says the batch is, whatever the program was told."""
    base, hidden = row[:2]
    return hidden if base is None else base


@pytest.mark.parametrize("name", PRODUCERS)
def test_every_batch_on_disk_is_in_the_evidence(soak, name):
    found = soak["topics"][name]
    answered = {(placed(row), *row[2:7]) for row in found["tap"] if placed(row) is not None}
    unanswered = {tuple(row[2:7]) for row in found["tap"] if placed(row) is None}

    unexplained = [
        row for row in found["disk"]
        if tuple(row) not in answered and tuple(row[1:]) not in unanswered
    ]  # fmt: skip

    assert unexplained == []
    assert sum(row[1] for row in found["disk"]) >= RECORDS_A_PRODUCER


@pytest.mark.parametrize("name", PRODUCERS)
def test_every_answered_batch_is_on_disk(soak, name):
    found = soak["topics"][name]
    stored = {tuple(row) for row in found["disk"]}

    missing = [
        row for row in found["tap"]
        if placed(row) is not None and (placed(row), *row[2:7]) not in stored
    ]  # fmt: skip

    assert missing == []


@pytest.mark.parametrize("name", PRODUCERS)
def test_every_record_was_acknowledged_in_the_end(soak, name):
    assert soak["said"][name] == {"acknowledged": RECORDS_A_PRODUCER, "refused": 0}


def test_every_reader_read_as_many(soak):
    assert set(soak["read"].values()) >= {RECORDS_A_PRODUCER}
    assert min(soak["read"].values()) >= RECORDS_A_PRODUCER


def test_every_rule_fired(soak):
    assert {rule: fired for rule, fired in soak["fired"].items() if not fired} == {}


def test_the_tap_stayed_small_and_sound(soak):
    stats = soak["stats"]

    assert stats["bugs"] == {}
    assert stats["unread_fetches"] == 0
    assert stats["held_bytes"] == 0
    assert stats["grown_kb"] < 40_000
    assert stats["most_open"] >= len(PRODUCERS)
