"""What a scenario can wait for: each a function of the run that is true or not yet."""

from __future__ import annotations

from collections.abc import Callable

from judge.inside.run_state import RunState
from judge.inside.workload.canary import BAD

QUIET_S = 8.0
"""Several times `replica.lag.time.max.ms`: a follower that lacked a record by the leader's own
view would have left the ISR long before."""


def orders_answered(run: RunState) -> int:
    """How many orders the program has answered."""
    return run.answers.answered


def orders_handed(run: RunState) -> int:
    """How many orders the program has been handed."""
    return run.feed.handed if run.feed else 0


def isr_is_leader_alone(run: RunState) -> bool:
    """Whether the leader is the only one in sync, for the canaries and for the learner's topic.

    A follower with nothing to fetch never leaves the ISR. So a program that sends nothing, or
    whose records are refused, must not stop the scenario: its topic also counts when it is
    empty, or when no in-sync follower has lacked anything for `QUIET_S`.
    """
    if any(len(run.in_sync.get(canary.kind.topic, ())) != 1 for canary in run.canaries):
        return False
    leader, followers = run.leaders.get(run.topic), run.in_sync.get(run.topic, ())
    if leader is None:
        return False
    ends = run.log_ends(run.topic)
    quiet_s = run.unchanged_s(run.topic, ends[leader])
    return (
        len(followers) == 1
        or ends[leader] == 0
        or (quiet_s >= QUIET_S and all(ends[broker] >= ends[leader] for broker in followers))
    )


def followers_behind(run: RunState) -> bool:
    """Whether the leader's log holds records of the bad canary that no follower has.

    Only the bad one tells: a broker serves one request of a connection at a time, so a producer
    with acks=all has a single batch on the leader while it waits, and one follower may have it.
    """
    ends = run.log_ends(BAD.topic)
    leader = run.leaders.get(BAD.topic)
    return leader is not None and all(
        end < ends[leader] for broker, end in ends.items() if broker != leader
    )


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
