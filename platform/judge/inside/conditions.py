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
    """Whether every topic with records on the leader that others lack has shrunk its ISR.

    An idle partition never leaves its ISR, since a follower with nothing to fetch is in sync; a
    program that sends nothing must not stop the scenario, so only the canaries always count.
    """
    for topic in run.topics:
        ends = run.log_ends(topic)
        idle = topic == run.topic and len(set(ends.values())) == 1
        if not idle and len(run.in_sync.get(topic, ())) != 1:
            return False
    return True


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
