"""What a broker forces to its disk waits or fails, on the files that are meant and on no others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from judge.errors import JudgeError

if TYPE_CHECKING:
    from sandboxes.rig import Rig

pytestmark = pytest.mark.brokers

LEADER = {"target": "leader", "topic": "", "partition": 0}
DELAY_MS = 400.0
SYNCED = {"flush.messages": "1"}


def sends(run: Any) -> Any:
    """Begin to send a record again and again; the function returned ends that."""
    import threading
    import time

    from judge.inside.clients import producer

    over, took_s = threading.Event(), []
    writer = producer(run.bootstrap(), acks=1)

    def send() -> None:
        while not over.wait(0.01):
            begun_s = time.monotonic()
            writer.produce(run.topic, b"x")
            if writer.flush(5) == 0:
                took_s.append(time.monotonic() - begun_s)

    thread = threading.Thread(target=send)
    thread.start()

    def end() -> list[float]:
        over.set()
        thread.join()
        return took_s

    return end


def slow(run: Any, files: str) -> dict[str, Any]:
    """Slow the leader's syncs, take the time of a record meanwhile, and heal."""
    from judge.inside.faults import FAULTS

    end = sends(run)
    fault = FAULTS["slow_fsync"]({**LEADER, "files": files, "delay_ms": DELAY_MS})
    try:
        proof = fault.inject(run)
    finally:
        end()
    held_s = timed(run)
    fault.heal(run)
    held = run.stage.brokers.fsync_gate(fault.broker).held
    return {"proof": proof, "held_s": held_s, "held": held, "folder": f"{run.topic}-0"}


def timed(run: Any) -> float:
    """How long the acknowledgement of one record takes, in seconds."""
    import time

    from judge.inside.clients import producer

    writer = producer(run.bootstrap(), acks=1)
    writer.list_topics(run.topic, timeout=30)
    begun_s = time.monotonic()
    writer.produce(run.topic, b"x")
    assert writer.flush(60) == 0
    return time.monotonic() - begun_s


def fail(run: Any, files: str) -> dict[str, Any]:
    """Let the leader's syncs fail until it has ended, and heal."""
    from judge.inside.faults import FAULTS

    end = sends(run)
    fault = FAULTS["failing_fsync"]({**LEADER, "files": files})
    try:
        proof = fault.inject(run)
    finally:
        end()
    alive = run.alive_brokers()
    return {"proof": proof, "alive": alive, "broker": fault.broker, "healed": fault.heal(run)}


def strike_an_idle_disk(run: Any, name: str) -> None:
    """Strike at files that nobody syncs."""
    from judge.inside.faults import FAULTS, failing_fsync, slow_fsync

    failing_fsync.PROOF_TIMEOUT_S = slow_fsync.PROOF_TIMEOUT_S = 1.0
    fault = run.faults[name] = FAULTS[name]({**LEADER, "files": "partitions", "delay_ms": 50.0})
    fault.inject(run)


def test_a_record_waits_for_a_slow_sync_of_its_partition(rig_with_gates: Rig) -> None:
    seen = rig_with_gates.do(slow, files="partitions", topic_settings=SYNCED)

    assert seen["proof"]["waited_ms"] >= DELAY_MS
    assert seen["proof"]["file"].split("/")[0] == seen["folder"]
    assert seen["held_s"] * 1000 >= DELAY_MS
    assert seen["held"] == 0


def test_a_slow_metadata_log_is_no_slow_partition(rig_with_gates: Rig) -> None:
    seen = rig_with_gates.do(slow, files="metadata", topic_settings=SYNCED)

    assert seen["proof"]["waited_ms"] >= DELAY_MS
    assert seen["proof"]["file"].startswith("__cluster_metadata-0/")
    assert seen["held"] == 0


@pytest.mark.parametrize("files", ["partitions", "metadata"])
def test_a_broker_ends_with_a_failing_disk_and_comes_back(rig_with_gates: Rig, files: str) -> None:
    seen = rig_with_gates.do(fail, files=files, topic_settings=SYNCED)

    assert seen["proof"]["calls"] >= 1
    assert "Input/output error" in seen["proof"]["said"]
    assert seen["broker"] not in seen["alive"]
    assert seen["healed"]["started"] == [seen["broker"]]


@pytest.mark.parametrize("name", ["slow_fsync", "failing_fsync"])
def test_a_disk_that_nobody_syncs_to_is_noticed(rig_with_gates: Rig, name: str) -> None:
    with pytest.raises(JudgeError) as failed:
        rig_with_gates.do(strike_an_idle_disk, name=name)

    assert failed.value.code == "fault-had-no-effect"
