"""Watches what consumer groups have committed and who is in them, five times a second."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from judge.errors import JudgeError
from judge.history import Op
from judge.inside.observers.coordinator import Coordinators, GroupState, NotAnswered
from judge.waiting import wait_until

PERIOD_S = 0.2
LAST_LOOK_TIMEOUT_S = 10.0
"""After a coordinator has died its successor first reads its part of __consumer_offsets."""

NOT_COMMITTED = -1
MEMBERS_NOTED = 64


class Groups(threading.Thread):
    """Notes every change of the named groups, first what they are at start.

    Notes `group/committed` (offset −1: what was committed is gone) and `group/members` (`count`
    members; detail: state in Kafka's word, protocol `classic` or `consumer` (KIP-848), assignor,
    coordinator, members with what each is assigned). An answer was true at some moment between
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
        self._coordinators, self._groups = Coordinators(bootstrap), tuple(groups)
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
        self._coordinators.close()

    def _look_last(self, group: str) -> None:
        errors: list[str | None] = [None]

        def answered() -> bool:
            errors.append(self._look(group))
            return errors[-1] is None

        try:
            # Twice, since the first may only raise a doubt.
            for _ in range(2):
                wait_until(answered, LAST_LOOK_TIMEOUT_S, f"Nobody answered for {group}.")
        except JudgeError:
            for f in ("committed", "members"):
                self._note(Op(self._now_ms(), "group", "fail", f, id=group, error=errors[-1]))

    def _look(self, group: str) -> str | None:
        """Ask for one group; the error's name when it was not answered."""
        asked_ms = self._now_ms()
        try:
            state = self._coordinators.ask(group)
        except NotAnswered as unanswered:
            return str(unanswered)
        self._see_committed(group, state.committed, asked_ms)
        self._see_members(group, state, asked_ms)
        return None

    def _see_committed(
        self, group: str, committed: Mapping[tuple[str, int], int | None], asked_ms: float
    ) -> None:
        # What is known and not in the answer is gone; what could not be told is as it was.
        now = {key: NOT_COMMITTED for key in self._committed if key[0] == group}
        for (topic, number), offset in committed.items():
            key = (group, topic, number)
            now[key] = self._committed.get(key, NOT_COMMITTED) if offset is None else offset
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

    def _see_members(self, group: str, told: GroupState, asked_ms: float) -> None:
        members = sorted(told.members, key=lambda member: member.id)[:MEMBERS_NOTED]
        state = {
            "state": told.state,
            "protocol": told.protocol,
            "assignor": told.assignor,
            "coordinator": told.coordinator,
            "members": [
                {**asdict(member), "assigned": [list(each) for each in member.assigned]}
                for member in members
            ],
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
                count=len(told.members),
                detail={**state, "asked_ms": asked_ms},
            )
        )
