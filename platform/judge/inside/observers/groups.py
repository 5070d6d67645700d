"""Watches what consumer groups have committed and who is in them, five times a second."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Any

from confluent_kafka import ConsumerGroupTopicPartitions

from judge.history import Op
from judge.inside.observers.asking import Asker, error_name

PERIOD_S = 0.2
LAST_LOOK_TIMEOUT_S = 10.0
"""After a coordinator has died its successor first reads its part of __consumer_offsets."""

NOT_COMMITTED = -1
MEMBERS_NOTED = 64

STATES = {
    "PREPARING_REBALANCING": "PreparingRebalance",
    "COMPLETING_REBALANCING": "CompletingRebalance",
}
"""Kafka's own words where the client's differ; the others are only spelt otherwise."""


class Groups(threading.Thread):
    """Notes every change of the named groups, first what they are at start.

    Notes `group/committed` (offset −1: what was committed is gone) and `group/members` (`count`
    members; detail: state, protocol `classic` or `consumer` (KIP-848), assignor, members with
    what each is assigned). The state is Kafka's word, or Unknown for Assigning and Reconciling
    of KIP-848, which the client has no names for. An answer was true at some moment between
    detail.asked_ms and t_ms.

    A coordinator that was paused may answer from before it lost its office. So a step back of an
    offset counts only when two answers in a row say so.
    """

    def __init__(
        self,
        bootstrap: Callable[[], str],
        groups: Sequence[str],
        note: Callable[[Op], None],
        now_ms: Callable[[], float],
    ) -> None:
        """Watch `groups`; `bootstrap` gives the live brokers. Nothing is asked before `start`."""
        super().__init__(name="groups", daemon=True)
        self._asker, self._groups = Asker(bootstrap), tuple(groups)
        self._note, self._now_ms = note, now_ms
        self._halt = threading.Event()
        self._committed: dict[tuple[str, str, int], int] = {}
        self._doubted: dict[tuple[str, str, int], int] = {}
        self._members: dict[str, dict[str, Any]] = {}

    def run(self) -> None:
        """Ask until `stop`; no answer is no change."""
        while not self._halt.is_set():
            for group in self._groups:
                self._look(group)
            self._halt.wait(PERIOD_S)

    def stop(self) -> None:
        """End the watch with a last look, so that the last op of each kind is how it ended.

        A group that does not answer for 10 s is noted as `group` `fail` with the error: how it
        ended is not known then.
        """
        self._halt.set()
        if self.ident is not None:
            self.join()
        for group in self._groups:
            self._look_last(group)
        self._asker.close()

    def _look_last(self, group: str) -> None:
        deadline = time.monotonic() + LAST_LOOK_TIMEOUT_S
        # Twice, since the first may only raise a doubt.
        answers = 0
        while answers < 2:
            error = self._look(group)
            if error is None:
                answers += 1
            elif time.monotonic() > deadline:
                for f in ("committed", "members"):
                    self._note(Op(self._now_ms(), "group", "fail", f, id=group, error=error))
                return

    def _look(self, group: str) -> str | None:
        """Ask for one group; the error's name when it was not answered."""
        asked_ms = self._now_ms()
        answers = self._asker.ask(lambda client, timeout_s: _questions(client, group, timeout_s))
        for failed in answers.values():
            if isinstance(failed, Exception):
                return error_name(failed)
        self._see_committed(group, answers["committed"].topic_partitions, asked_ms)
        self._see_members(group, answers["members"], asked_ms)
        return None

    def _see_committed(self, group: str, partitions: Sequence[Any], asked_ms: float) -> None:
        # What is known and not in the answer is gone; what is in it with an error is not known.
        now = {key: NOT_COMMITTED for key in self._committed if key[0] == group}
        for each in partitions:
            key = (group, each.topic, each.partition)
            now[key] = each.offset if each.error is None else self._committed.get(key, -1)
        for key, answered in now.items():
            offset = max(answered, NOT_COMMITTED)
            known = self._committed.get(key, NOT_COMMITTED)
            if offset < known and self._doubted.get(key) != offset:
                self._doubted[key] = offset
                continue
            self._doubted.pop(key, None)
            if offset == known:
                continue
            self._committed[key] = offset
            _group, topic, partition = key
            self._note(
                Op(
                    self._now_ms(),
                    "group",
                    "info",
                    "committed",
                    id=group,
                    topic=topic,
                    partition=partition,
                    offset=offset,
                    detail={"asked_ms": asked_ms},
                )
            )

    def _see_members(self, group: str, described: Any, asked_ms: float) -> None:
        state = {
            "state": _state(described.state.name),
            "protocol": described.type.name.lower(),
            "assignor": described.partition_assignor,
            "members": _members(described.members),
        }
        if self._members.get(group) == state:
            return
        self._members[group] = state
        self._note(
            Op(
                self._now_ms(),
                "group",
                "info",
                "members",
                id=group,
                count=len(described.members),
                detail={**state, "asked_ms": asked_ms},
            )
        )


def _questions(client: Any, group: str, timeout_s: float) -> dict[str, Future[Any]]:
    offsets = client.list_consumer_group_offsets(
        [ConsumerGroupTopicPartitions(group)], request_timeout=timeout_s
    )
    described = client.describe_consumer_groups([group], request_timeout=timeout_s)
    return {"committed": offsets[group], "members": described[group]}


def _state(name: str) -> str:
    return STATES.get(name) or name.capitalize()


def _members(members: Sequence[Any]) -> list[dict[str, Any]]:
    told = [
        {
            "id": member.member_id,
            "instance": member.group_instance_id,
            "client": member.client_id,
            "assigned": sorted(
                [partition.topic, partition.partition]
                for partition in (member.assignment.topic_partitions if member.assignment else ())
            ),
        }
        for member in members
    ]
    return sorted(told, key=lambda member: str(member["id"]))[:MEMBERS_NOTED]
