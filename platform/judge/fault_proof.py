"""Gates on the cluster: healthy before, hurt as intended and where intended, led again after."""

from __future__ import annotations

from judge.checkers.evidence import how_many, seconds
from judge.history import Op
from judge.index import History, is_kill, isr_of
from judge.recovery import first_fault_ms, recovered_ms
from judge.sanity import Broken
from judge.target_options import TARGETS

NO_EFFECT = "fault-had-no-effect"


def cluster_healthy(history: History) -> Broken | None:
    """Before the first fault every partition was led and every replica in sync."""
    begin_ms = first_fault_ms(history)
    begin_ms = history.end_ms if begin_ms is None else begin_ms
    topics = {history.terms.topic, *history.terms.canaries}
    unseen = topics - {topic for topic, _ in history.metadata}
    if unseen:
        names = ", ".join(sorted(unseen))
        return "cluster-not-healthy", f"Nothing was seen of the leadership of {names}."
    for topic, partition in sorted(key for key in history.metadata if key[0] in topics):
        op = history.leader_at(partition, begin_ms, topic)
        if op is None or op.broker is None or len(isr_of(op)) < history.terms.replicas:
            state = "no leader" if op is None or op.broker is None else f"ISR {list(isr_of(op))}"
            return (
                "cluster-not-healthy",
                f"{topic}-{partition} was not in full health before the first fault: {state}.",
            )
    return None


def fault_effective(history: History) -> Broken | None:
    """Every fault of the scenario was begun, and seen to take effect from the outside."""
    broken = begun_took_effect(history)
    begun = {op.f for op in history.faults if op.type == "invoke"}
    missing = [name for name in history.terms.faults if name not in begun]
    if broken is None and missing:
        return NO_EFFECT, f"The fault {missing[0]} was never begun."
    return broken


def begun_took_effect(history: History) -> Broken | None:
    """Every fault that was begun was seen to take effect; one that is optional need not have."""
    took = {op.f for op in history.faults if op.type == "ok"}
    failed = [op for op in history.faults if op.type == "fail"]
    if failed:
        return NO_EFFECT, f"{_fault(failed[0])} did not take effect."
    for op in history.faults:
        optional = (op.detail or {}).get("optional")
        if op.type == "invoke" and op.f not in took and not optional:
            return NO_EFFECT, f"The fault {op.f} was begun and not proved."
    return None


def leader_at_kill(history: History) -> Broken | None:
    """The broker that was killed led the learner's topic at that moment."""
    topic = history.terms.topic
    for op in history.faults:
        if op.type != "ok" or not is_kill(op) or op.broker is None or not _of_leader(op, topic):
            continue
        parts = [partition for name, partition in history.metadata if name == topic]
        if op.partition is not None:
            parts = [op.partition]
        leaders = [history.leader_at(partition, _struck_ms(history, op)) for partition in parts]
        if not any(seen is not None and seen.broker == op.broker for seen in leaders):
            return (
                "leader-moved-before-kill",
                f"Broker {op.broker} did not lead {topic} when it was killed "
                f"at {seconds(op.t_ms)}.",
            )
    return None


def bad_canary_hurt(history: History) -> Broken | None:
    """Our own careless producer lost records, so the window was open."""
    for topic in _canaries(history, "bad"):
        sent = history.canary_sent.get(topic, set())
        if not sent - history.canary_read.get(topic, set()):
            return (
                "canary-not-hurt",
                f"Our producer with acks=1 lost none of {how_many(len(sent), 'record')} "
                f"on {topic}: the fault did not bite.",
            )
    return None


def good_canary_unhurt(history: History) -> Broken | None:
    """Our own careful producer lost nothing, so the cluster kept Kafka's promise."""
    for topic in _canaries(history, "good"):
        sent = history.canary_sent.get(topic, set())
        lost = sent - history.canary_read.get(topic, set())
        if lost or not sent:
            what = f"lost {how_many(len(lost), 'record')}" if sent else "wrote nothing"
            return "canary-hurt", f"Our producer with acks=all {what} on {topic}."
    return None


def cluster_recovered(history: History) -> Broken | None:
    """After the last fault a live broker led the learner's topic again.

    A fault that hurts a program, and no broker, leaves nothing to recover from.
    """
    hurt = history.died or any(op.f == "healed" for op in history.faults)
    if hurt and recovered_ms(history) is None:
        return "cluster-not-recovered", "Nobody led the topic again after the fault."
    return None


def _canaries(history: History, role: str) -> list[str]:
    return sorted(topic for topic, has in history.terms.canaries.items() if has == role)


def _fault(op: Op) -> str:
    why = (op.detail or {}).get("message")
    return f"The fault {op.f}" + (f" ({why})" if why else "")


def _struck_ms(history: History, op: Op) -> float:
    """When a fault was begun: its proof comes after the cluster has noticed."""
    begun = [o.t_ms for o in history.faults if o.type == "invoke" and o.f == op.f]
    return max((t for t in begun if t <= op.t_ms), default=op.t_ms)


def _of_leader(op: Op, topic: str) -> bool:
    """Whether a kill was meant for the leader of `topic`; who had another role is proved there."""
    detail = op.detail or {}
    other_role = "leader" not in detail and any(role in detail for role in TARGETS)
    return not other_role and detail.get("topic", topic) == topic
