"""What a scenario can wait for: each a function of the run that is true or not yet."""

from __future__ import annotations

from collections.abc import Callable

from judge.inside.run_state import RunState


def orders_answered(run: RunState) -> int:
    """How many orders the program has answered."""
    return run.answers.answered


def orders_handed(run: RunState) -> int:
    """How many orders the program has been handed."""
    return run.feed.handed if run.feed else 0


def isr_is_leader_alone(run: RunState) -> bool:
    """Whether no follower that lacks a record of its leader is in sync any more.

    A follower with nothing to fetch never leaves the ISR. A program that sends nothing, or whose
    records are refused, must not stop the scenario, so only the canaries must shrink in any case.
    """
    if any(len(run.in_sync.get(canary.kind.topic, ())) != 1 for canary in run.canaries):
        return False
    leader = run.leaders.get(run.topic)
    ends = run.log_ends(run.topic)
    return leader is not None and all(
        ends[broker] >= ends[leader] for broker in run.in_sync.get(run.topic, ())
    )


def followers_behind(run: RunState) -> bool:
    """Whether the leader's log holds records of every canary that no follower has."""
    for canary in run.canaries:
        ends = run.log_ends(canary.kind.topic)
        leader = run.leaders.get(canary.kind.topic)
        if leader is None or any(
            end >= ends[leader] for broker, end in ends.items() if broker != leader
        ):
            return False
    return True


def partition_led(run: RunState) -> bool:
    """Whether a live broker leads every topic of the run, and no more."""
    alive = run.alive_brokers()
    return all(run.leaders.get(topic) in alive for topic in run.topics)


def served_again(run: RunState) -> bool:
    """Whether every topic is led, and our own producers were acknowledged since the kill."""
    return partition_led(run) and all(
        canary.last_acked_ms > run.killed_ms for canary in run.canaries
    )


STATES: dict[str, Callable[[RunState], bool]] = {
    "isr_is_leader_alone": isr_is_leader_alone,
    "followers_behind": followers_behind,
    "partition_led": partition_led,
    "served_again": served_again,
}

COUNTS: dict[str, Callable[[RunState], int]] = {
    "orders_answered": orders_answered,
    "orders_handed": orders_handed,
}
