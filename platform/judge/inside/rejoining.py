"""How we know that brokers are back: each answers for itself, and is in sync by every account."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from confluent_kafka import KafkaException

from judge.inside.clients import admin
from judge.inside.network import bootstrap
from judge.inside.proving import prove
from judge.inside.run_state import RunState

REJOIN_TIMEOUT_S = 60.0
"""A restart to the full ISR took 1.6-2.7 s on an idle machine, thirty on a very busy one."""

ANSWER_TIMEOUT_S = 0.5
LOOKS = 3
"""How often in a row it must be so. A broker that was paused for just less than its session is
fenced a moment after it runs again."""


def view_of(broker: int, timeout_s: float = ANSWER_TIMEOUT_S) -> Any | None:
    """The cluster as `broker` itself sees it now; None when it does not answer in time.

    Asked by a client of its own, which knows nobody else yet: another would ask anybody.
    """
    try:
        return admin(bootstrap([broker])).list_topics(timeout=timeout_s)
    except KafkaException:
        return None


def wait_rejoined(run: RunState, brokers: Iterable[int]) -> None:
    """Wait until each of `brokers` is registered and in sync wherever it has a replica.

    By its own account and by that of the others: its own may be from before it was away, and
    the others' may be from before they missed it. A partition that nobody leads is left out.

    Raises:
        JudgeError: "fault-had-no-effect": it does not come back.
    """
    back = sorted(set(brokers))
    witnesses = [i for i in run.alive_brokers() if i not in back][:1]
    streak = 0

    def rejoined() -> bool:
        nonlocal streak
        views = [view_of(i) for i in (*back, *witnesses)]
        whole = all(view is not None and _has_in_sync(view, i) for view in views for i in back)
        streak = streak + 1 if whole else 0
        return streak >= LOOKS

    names = ", ".join(map(str, back))
    prove(run, rejoined, REJOIN_TIMEOUT_S, f"broker {names} did not come back into the ISR")


def _has_in_sync(view: Any, broker: int) -> bool:
    led = [
        partition
        for topic in view.topics.values()
        for partition in topic.partitions.values()
        if partition.leader in view.brokers and broker in partition.replicas
    ]
    return broker in view.brokers and all(broker in partition.isrs for partition in led)
