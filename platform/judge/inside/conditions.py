"""What a scenario can wait for: each a function of the run that is true or not yet, or a count."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from judge.inside.run_state import Part, RunState
from judge.inside.workload.canary import BAD

QUIET_S = 8.0
"""Several times `replica.lag.time.max.ms`: a follower that lacked a record by the leader's own
view would have left the ISR long before."""


def orders_answered(run: RunState) -> int:
    """How many orders the program has answered."""
    return run.learner.answers.answered


def orders_handed(run: RunState) -> int:
    """How many orders have been handed out."""
    return run.feed.handed if run.feed else 0


def records_stored(run: RunState) -> int:
    """How many records the judged topic holds, markers included, by the longest log of each."""
    parts = range(run.scenario.judged.partitions)
    return sum(max(run.log_ends(run.topic, part).values(), default=0) for part in parts)


def records_processed(run: RunState) -> int:
    """How many different orders the programs have processed."""
    return len(run.learner.processed)


def records_committed(run: RunState) -> int:
    """How many records of the topic that we fill lie below the group's committed offsets."""
    name = run.scenario.filled.name
    return sum(offset for (topic, _), offset in run.committed.items() if topic == name)


def isr_is_leader_alone(run: RunState) -> bool:
    """Whether the leader is the only one in sync, for the canaries and for the learner's topic.

    A follower with nothing to fetch never leaves the ISR. So a program that sends nothing, or
    whose records are refused, must not stop the scenario: its topic also counts when it is
    empty, or when no in-sync follower has lacked anything for `QUIET_S`.
    """
    if any(len(run.isr_of(canary.kind.topic)) != 1 for canary in run.canaries):
        return False
    parts = range(run.scenario.judged.partitions)
    return all(_leader_is_alone(run, partition) for partition in parts)


def _leader_is_alone(run: RunState, partition: int) -> bool:
    leader, followers = run.leader_of(run.topic, partition), run.isr_of(run.topic, partition)
    if leader is None:
        return False
    ends = run.log_ends(run.topic, partition)
    quiet_s = run.unchanged_s((run.topic, partition), ends[leader])
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
    leader = run.leader_of(BAD.topic)
    return leader is not None and all(
        end < ends[leader] for broker, end in ends.items() if broker != leader
    )


def partition_led(run: RunState) -> bool:
    """Whether a live broker leads every partition of the run's topics, and no more."""
    alive = run.alive_brokers()
    return all(run.leaders.get(part) in alive for part in run.parts)


def in_sync_again(run: RunState) -> bool:
    """Whether every partition is led and has all of its live replicas in sync."""
    return partition_led(run) and live_replicas_in_sync(run, run.parts)


def live_replicas_in_sync(run: RunState, parts: Iterable[Part]) -> bool:
    """Whether every replica of `parts` whose broker lives is in the ISR."""
    alive = set(run.alive_brokers())
    return all(
        set(run.replicas(partition)) & alive <= set(run.isr_of(topic, partition))
        for topic, partition in parts
    )


def served_again(run: RunState) -> bool:
    """Whether every topic is led, and our own producers were acknowledged since the last death."""
    return partition_led(run) and all(
        canary.last_acked_ms > run.struck_ms for canary in run.canaries
    )


def caught_up(run: RunState) -> bool:
    """Whether the group has committed up to the end of the topic that we fill, all of it handed."""
    filled = run.scenario.filled
    if run.feed is None or not run.feed.complete:
        return False
    return all(
        run.committed.get((filled.name, part), 0)
        >= max(run.log_ends(filled.name, part).values(), default=0)
        for part in range(filled.partitions)
    )


def program_over(run: RunState) -> bool:
    """Whether the learner's programs have ended."""
    return run.learner.over()


STATES: dict[str, Callable[[RunState], bool]] = {
    "isr_is_leader_alone": isr_is_leader_alone,
    "followers_behind": followers_behind,
    "partition_led": partition_led,
    "in_sync_again": in_sync_again,
    "served_again": served_again,
    "caught_up": caught_up,
    "program_over": program_over,
}

COUNTS: dict[str, Callable[[RunState], int]] = {
    "orders_answered": orders_answered,
    "orders_handed": orders_handed,
    "records_stored": records_stored,
    "records_processed": records_processed,
    "records_committed": records_committed,
}
"""How far something has come; `more` counts from where it was when the step began."""

GAPS: dict[str, Callable[[RunState], int]] = {
    "processed_ahead": lambda run: records_processed(run) - records_committed(run),
    "committed_ahead": lambda run: records_committed(run) - records_processed(run),
    "stored_ahead": lambda run: records_stored(run) - records_committed(run),
    "committed_unstored": lambda run: records_committed(run) - records_stored(run),
}
"""How far one thing is ahead of another; `more` is the distance itself."""
