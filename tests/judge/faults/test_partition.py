"""A cut between nodes is seen by the nodes, by the cluster, and not at all by clients."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from judge.errors import JudgeError

if TYPE_CHECKING:
    from sandboxes.rig import Rig

pytestmark = pytest.mark.brokers


def cut_and_heal(run: Any, name: str, keys: dict[str, Any], until: str) -> dict[str, Any]:
    """Write, cut, write with acks=1, await an effect, heal, and await that all is whole again."""
    import time

    from judge.fault_options import FAULT_OPTIONS
    from judge.fields import Fields
    from judge.inside.clients import producer
    from judge.inside.conditions import in_sync_again
    from judge.inside.injecting import heal, inject

    leader = run.leader_of(run.topic)
    writer = producer(run.bootstrap(), **{"acks": "1", "enable.idempotence": False})

    def write(count: int) -> None:
        for _ in range(count):
            writer.produce(run.topic, b"v")
        assert writer.flush(10) == 0

    def followers_lack() -> bool:
        ends = run.log_ends(run.topic)
        return all(ends[b] < ends[leader] for b in ends if b != leader)

    def led_by_another() -> bool:
        return run.leader_of(run.topic) not in (leader, None)

    write(5)
    run.wait_any(lambda: not followers_lack() and set(run.log_ends(run.topic).values()) == {5},
                 20, "the followers did not follow")  # fmt: skip
    options = FAULT_OPTIONS[name](Fields("scenario.toml", keys))
    inject(run, {"fault": name, "as": "cut", "text": "", "options": options})
    write(5)
    states = {"followers_lack": followers_lack, "led_by_another": led_by_another}
    run.wait_any(states[until], 30, f"{until} did not come")
    unheard = sorted(run.unheard())
    heal(run, "cut")
    healed_s = time.monotonic()
    run.wait_any(
        lambda: in_sync_again(run) and len(set(run.log_ends(run.topic).values())) == 1,
        60, "the cluster did not become whole",
    )  # fmt: skip
    return {
        "leader": leader,
        "unheard": unheard,
        "unheard_after": sorted(run.unheard()),
        "whole_after_s": round(time.monotonic() - healed_s, 2),
        "cuts": sorted(run.stage.network.cuts),
    }


def proof_of(rig: Rig, name: str) -> dict[str, Any]:
    (op,) = [op for op in rig.ops if op.f == name and op.type == "ok"]
    return dict(op.detail or {})


def leaders_seen(rig: Rig) -> list[int | None]:
    ops = [op for op in rig.ops if op.source == "metadata" and op.f == "leader"]
    seen = [op.broker for op in ops]
    return [leader for n, leader in enumerate(seen) if n == 0 or leader != seen[n - 1]]


def test_an_isolated_leader_is_replaced_and_not_believed(rig: Rig) -> None:
    keys = {"target": "leader"}

    seen = rig.do(cut_and_heal, name="isolate_broker", keys=keys, until="led_by_another")

    assert seen["unheard"] == [seen["leader"]]
    assert seen["unheard_after"] == []
    assert leaders_seen(rig)[0] == seen["leader"]
    assert seen["leader"] not in leaders_seen(rig)[1:]
    assert len(proof_of(rig, "isolate_broker")["silent"]) == 4
    assert seen["cuts"] == []


def test_followers_that_cannot_call_the_leader_stay_behind(rig: Rig) -> None:
    keys = {"from": ["followers"], "to": ["leader"], "ports": ["replication"], "one_way": True}

    seen = rig.do(cut_and_heal, name="partition_brokers", keys=keys, until="followers_lack")

    proof = proof_of(rig, "partition_brokers")
    assert proof["frames_dropped"] > 0
    assert {to for _, to in proof["silent"]} == {seen["leader"]}
    assert seen["unheard"] == []
    assert leaders_seen(rig) == [seen["leader"]]


def test_replication_is_held_and_everything_else_goes_on(rig: Rig) -> None:
    seen = rig.do(cut_and_heal, name="hold_replication", keys={}, until="followers_lack")

    proof = proof_of(rig, "hold_replication")
    assert proof["ports"] == ["replication"]
    assert len(proof["silent"]) == 6
    assert seen["unheard"] == []
    assert leaders_seen(rig) == [seen["leader"]]


def test_a_minority_is_cut_from_the_rest_on_every_port(rig: Rig) -> None:
    keys = {"from": ["leader"], "to": ["others"]}

    seen = rig.do(cut_and_heal, name="partition_brokers", keys=keys, until="led_by_another")

    assert seen["unheard"] == [seen["leader"]]


def cut_nobody(run: Any) -> None:
    """Cut, with a rule that nft takes and that no packet of a node fits."""
    from judge.fault_options import FAULT_OPTIONS
    from judge.fields import Fields
    from judge.inside.faults import node_cut
    from judge.inside.injecting import inject

    keys = {"from": ["leader"], "to": ["others"]}
    options = FAULT_OPTIONS["partition_brokers"](Fields("scenario.toml", keys))
    meant = node_cut.Sides.matches
    node_cut.Sides.matches = lambda _sides: ["ip saddr 10.77.0.99"]  # type: ignore[method-assign]
    try:
        inject(run, {"fault": "partition_brokers", "as": "cut", "text": "", "options": options})
    finally:
        node_cut.Sides.matches = meant  # type: ignore[method-assign]


def test_a_cut_that_drops_nothing_is_no_fault(rig: Rig) -> None:
    with pytest.raises(JudgeError) as failed:
        rig.do(cut_nobody)

    assert failed.value.code == "fault-had-no-effect"
    assert [op.type for op in rig.ops if op.f == "partition_brokers"] == ["invoke", "fail"]
