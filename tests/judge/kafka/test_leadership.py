"""Changes of leadership are told once each, and a broker that lags behind is not believed."""

from __future__ import annotations

import threading
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from judge.inside.clients import admin
from judge.inside.observers.leadership import Leadership
from judge.inside.topics import create_topic
from judge.waiting import wait_until

if TYPE_CHECKING:
    from .conftest import Nodes


def metadata(leader: int, isr: list[int], topic: str = "orders") -> Any:
    partition = SimpleNamespace(leader=leader, isrs=isr)
    return SimpleNamespace(topics={topic: SimpleNamespace(partitions={0: partition})})


def told_of(*answers: Any) -> list[tuple[int | None, list[int]]]:
    told: list[tuple[int | None, list[int]]] = []
    watch = Leadership("", ["orders"], lambda _t, _p, leader, isr, _s: told.append((leader, isr)))
    for answer in answers:
        watch._look(answer, 0.0)
    return told


def test_it_tells_the_first_state_and_then_changes_only() -> None:
    told = told_of(metadata(1, [1, 2]), metadata(1, [2, 1]), metadata(1, [1]), metadata(2, [2]))

    assert told == [(1, [1, 2]), (1, [1]), (2, [2])]


def test_nobody_leading_is_none() -> None:
    assert told_of(metadata(-1, [])) == [(None, [])]


def test_other_topics_are_not_told() -> None:
    assert told_of(metadata(1, [1], topic="canary")) == []


def test_one_answer_with_the_old_state_is_not_believed() -> None:
    told = told_of(metadata(1, [1]), metadata(2, [2]), metadata(1, [1]), metadata(2, [2]))

    assert told == [(1, [1]), (2, [2])]


def test_a_return_to_the_old_state_is_believed_when_seen_again() -> None:
    told = told_of(metadata(1, [1]), metadata(2, [2]), metadata(1, [1]), metadata(1, [1]))

    assert told == [(1, [1]), (2, [2]), (1, [1])]


@pytest.mark.brokers
def test_it_sees_a_real_leader_die_and_its_isr_come_back(nodes: Nodes) -> None:
    create_topic(admin(nodes.bootstrap), "watched", [[2, 1, 3]], {})
    now: dict[str, Any] = {}
    changed = threading.Lock()

    def heard(_topic: str, _partition: int, leader: int | None, isr: list[int], _s: float) -> None:
        with changed:
            now.update(leader=leader, isr=isr)

    watch = Leadership(nodes.bootstrap, ["watched"], heard)
    watch.start()
    try:
        wait_until(lambda: now == {"leader": 2, "isr": [1, 2, 3]}, 60, "not seen at start")
        nodes.processes.kill(2)
        wait_until(lambda: now["leader"] in (1, 3) and now["isr"] == [1, 3], 60, "no new leader")
        nodes.processes.start(2)
        wait_until(lambda: now["isr"] == [1, 2, 3], 120, "did not come back")
    finally:
        watch.stop()
    assert not watch.is_alive()
