"""Watches who leads the partitions of a run, by asking the brokers 15 times a second."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from typing import Any

from confluent_kafka import KafkaException

from judge.inside.clients import admin
from judge.inside.network import bootstrap

PERIOD_S = 1 / 15
METADATA_TIMEOUT_S = 0.5

OnChange = Callable[[str, int, int | None, list[int], float], None]
"""Topic, partition, leader or None, ISR, monotonic time in seconds of the answer."""

_State = tuple[int | None, tuple[int, ...]]


class Leadership(threading.Thread):
    """Calls `on_change` for every change of a leader or an ISR, first for what it is at start.

    Any broker may answer, and one that has not heard of a change yet still tells the old state.
    So a return to the state before counts only when two answers in a row say so; and what a
    broker says that is cut from the controllers counts for nothing, however often it says it.
    """

    def __init__(
        self,
        servers: str,
        topics: Sequence[str],
        on_change: OnChange,
        unheard: Callable[[], Collection[int]] = frozenset,
    ) -> None:
        """Watch `topics`, not believing whom `unheard` names. Nothing is asked before `start`."""
        super().__init__(name="leadership", daemon=True)
        self._servers, self._topics, self._on_change = servers, frozenset(topics), on_change
        self._unheard = unheard
        self._halt = threading.Event()
        self._now: dict[tuple[str, int], _State] = {}
        self._before: dict[tuple[str, int], _State] = {}
        self._doubted: set[tuple[str, int]] = set()

    def run(self) -> None:
        """Ask until `stop`; no answer is no change."""
        client = admin(self._servers)
        while not self._halt.is_set():
            with suppress(KafkaException):  # nobody answers just now
                metadata = client.list_topics(timeout=METADATA_TIMEOUT_S)
                # Asked after the answer: one that came while the cut was made is not believed.
                if metadata.orig_broker_id in (unheard := self._unheard()):
                    # A client knows all brokers, and goes on asking the one that it asked before.
                    client = admin(self._believed(unheard))
                else:
                    self._look(metadata, time.monotonic())
            self._halt.wait(PERIOD_S)

    def _believed(self, unheard: Collection[int]) -> str:
        distrusted = {bootstrap([broker]) for broker in unheard}
        left = [server for server in self._servers.split(",") if server not in distrusted]
        return ",".join(left) or self._servers

    def stop(self) -> None:
        """End the watch and wait for its thread, at most half a second."""
        self._halt.set()
        self.join()

    def _look(self, metadata: Any, at_s: float) -> None:
        for topic in self._topics & metadata.topics.keys():
            for number, partition in metadata.topics[topic].partitions.items():
                leader = partition.leader if partition.leader >= 0 else None
                self._compare((topic, number), (leader, tuple(sorted(partition.isrs))), at_s)

    def _compare(self, key: tuple[str, int], state: _State, at_s: float) -> None:
        if self._now.get(key) == state:
            self._doubted.discard(key)
            return
        if self._before.get(key) == state and key not in self._doubted:
            self._doubted.add(key)
            return
        self._doubted.discard(key)
        if key in self._now:
            self._before[key] = self._now[key]
        self._now[key] = state
        self._on_change(*key, state[0], list(state[1]), at_s)
