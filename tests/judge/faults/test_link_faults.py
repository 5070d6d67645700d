"""Bad links, refused clients, silent brokers: proved, felt by whom they are meant for, healed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from judge.errors import JudgeError

if TYPE_CHECKING:
    from sandboxes.rig import Rig

pytestmark = pytest.mark.brokers

PRODUCER = """
import json, os, time
from confluent_kafka import Producer
producer = Producer({"bootstrap.servers": os.environ["BOOTSTRAP_SERVERS"], "linger.ms": 0,
                     "message.timeout.ms": 1500, "reconnect.backoff.max.ms": 100, "log_level": 0})
number = 0
def told(error, message):
    status = "refused" if error else "accepted"
    print(json.dumps({"order_id": message.value().decode(), "status": status,
                      "ms": message.latency() * 1000}), flush=True)
while True:
    number += 1
    producer.produce(os.environ["TOPIC"], str(number), on_delivery=told)
    producer.poll(0.01)
"""


def hold(
    run: Any,
    name: str,
    keys: dict[str, Any],
    felt: bool = False,
    with_program: bool = False,
    size: int = 0,
) -> dict[str, Any]:
    """Inject a fault, see whether a program or a record of ours of some size feels it, heal it."""
    from judge.fault_options import FAULT_OPTIONS
    from judge.fields import Fields
    from judge.inside.clients import producer
    from judge.inside.injecting import heal, inject

    answers = run.learner.answers
    if with_program:
        run.learner.start()
        run.wait_any(lambda: answers.accepted > 5, 30, "the program did not begin")
    options = FAULT_OPTIONS[name](Fields("scenario.toml", keys))
    inject(run, {"fault": name, "as": "it", "text": "", "options": options})
    ours = producer(run.bootstrap(), **{"compression.type": "none"})
    took_ms: list[float] = []
    if size:
        done = lambda _error, message: took_ms.append(message.latency() * 1000)  # noqa: E731
        ours.produce(run.topic, bytes(size), on_delivery=done)
        ours.flush(20)
    if felt:
        run.wait_any(lambda: answers.refused > 0, 30, "the program did not feel it")
    heal(run, "it")
    accepted = answers.accepted
    if with_program:
        run.wait_any(lambda: answers.accepted > accepted, 30, "the program did not recover")
    ours.produce(run.topic, b"ours")
    return {
        "leader": run.leader_of(run.topic),
        "isr": sorted(run.isr_of(run.topic)),
        "left": ours.flush(20),
        "took_ms": took_ms,
    }


def details(rig: Rig, name: str) -> list[dict[str, Any]]:
    """The proof of the fault and that of its end."""
    took = [op.detail or {} for op in rig.ops if op.source == "fault" and op.type == "ok"]
    ended = [op.detail or {} for op in rig.ops if op.f == "healed"]
    assert [op.f for op in rig.ops if op.source == "fault"] == [name, name, "healed"]
    return [*map(dict, took), *map(dict, ended)]


def test_clients_are_refused_and_brokers_are_not(rig: Rig) -> None:
    keys = {"target": "leader"}

    seen = rig.do(
        hold, program=PRODUCER, name="refuse_clients", keys=keys, felt=True, with_program=True
    )

    proof, healed = details(rig, "refuse_clients")
    assert proof["connections_broken"] >= 1
    assert healed["packets_refused"] >= 1
    assert seen["isr"] == [1, 2, 3]
    assert seen["left"] == 0


def test_a_silent_broker_is_felt_by_the_program_alone(rig: Rig) -> None:
    keys = {"target": "leader"}

    seen = rig.do(
        hold, program=PRODUCER, name="silent_broker", keys=keys, felt=True, with_program=True
    )

    proof, healed = details(rig, "silent_broker")
    assert proof["answered_before_ms"] < proof["silent_ms"]
    assert healed["connections_held"] >= 1
    assert seen["isr"] == [1, 2, 3]


def test_connections_are_reset_and_made_anew(rig: Rig) -> None:
    keys = {"target": "leader"}

    seen = rig.do(hold, program=PRODUCER, name="reset_connections", keys=keys, with_program=True)

    proof, _ = details(rig, "reset_connections")
    assert proof["connections"] == len(proof["broken"]) >= 1
    assert seen["left"] == 0


def test_nothing_to_reset_is_no_fault(rig: Rig) -> None:
    with pytest.raises(JudgeError, match="no connection to break"):
        rig.do(hold, name="reset_connections", keys={})


def test_a_slow_link_is_measured_from_the_programs_side(rig: Rig) -> None:
    rig.do(
        hold, name="slow_link", keys={"request_ms": 60, "response_ms": 40, "jitter_ms": 10}
    )

    proof, healed = details(rig, "slow_link")
    assert proof["round_trip_before_ms"] < 100 <= proof["round_trip_ms"]
    assert healed["round_trip_ms"] < 100


def test_a_far_broker_is_late_for_brokers_and_clients(rig: Rig) -> None:
    keys = {"target": "follower", "latency_ms": 30, "jitter_ms": 5}

    seen = rig.do(hold, name="slow_broker", keys=keys, size=1)

    proof, healed = details(rig, "slow_broker")
    assert proof["connect_before_ms"] < 60 <= proof["connect_ms"]
    assert healed["connect_ms"] < 60
    assert seen["took_ms"][0] >= 30  # a follower far away has to fetch it first
    assert seen["left"] == 0


def test_a_thin_link_lets_no_more_through_than_it_shall(rig: Rig) -> None:
    keys = {"target": "follower", "kbit_per_s": 4000}

    seen = rig.do(hold, name="limit_bandwidth", keys=keys, size=200_000)

    proof, healed = details(rig, "limit_bandwidth")
    assert max(proof["measured_kbit_per_s"]["to_and_from"]) <= 6000
    assert min(healed["measured_kbit_per_s"]) > 6000
    assert seen["took_ms"][0] >= 300  # 1,600 kbit, the burst and a broker's batch apart


def test_a_bad_cable_loses_packets_and_no_record(rig: Rig) -> None:
    seen = rig.do(hold, name="lose_packets", keys={"target": "leader", "percent": 10})

    proof, healed = details(rig, "lose_packets")
    assert all(0 < count < proof["sent_each_way"] for count in proof["arrived"])
    assert healed["arrived"] == [proof["sent_each_way"]] * 2
    assert seen["left"] == 0


def without_effect(run: Any, name: str, keys: dict[str, Any], place: str, tool: str) -> None:
    """Inject a fault whose tool has been replaced by one that hits nobody."""
    import importlib

    from judge.fault_options import FAULT_OPTIONS
    from judge.fields import Fields
    from judge.inside.injecting import inject
    from judge.inside.splicing import Splice
    from judge.inside.tap import Tap

    owner = {"Tap": Tap, "Splice": Splice}.get(place)
    owner = owner or importlib.import_module(f"judge.inside.faults.{place}")
    meant = getattr(owner, tool)
    setattr(owner, tool, lambda *_: "10.77.0.99")
    options = FAULT_OPTIONS[name](Fields("scenario.toml", keys))
    try:
        inject(run, {"fault": name, "as": "it", "text": "", "options": options})
    finally:
        setattr(owner, tool, meant)


@pytest.mark.parametrize(
    ("name", "keys", "place", "tool"),
    [
        ("limit_bandwidth", {"kbit_per_s": 4000}, "limit_bandwidth", "limit_rate"),
        ("lose_packets", {"percent": 10}, "lose_packets", "broker_ip"),
        ("slow_broker", {"latency_ms": 50}, "Splice", "open"),
        ("slow_link", {"request_ms": 50}, "Tap", "add_rule"),
        ("silent_broker", {}, "Tap", "add_rule"),
        ("refuse_clients", {}, "Tap", "add_rule"),
    ],
)
def test_what_has_no_effect_is_no_fault(
    rig: Rig, name: str, keys: dict[str, Any], place: str, tool: str
) -> None:
    with pytest.raises(JudgeError):
        rig.do(without_effect, name=name, keys=keys, place=place, tool=tool)

    (told,) = [op for op in rig.ops if op.source == "fault" and op.type == "fail"]
    assert told.error == "fault-had-no-effect"
