"""Shows the cluster and the counts to the page while a run lasts, a few times a second."""

from __future__ import annotations

import threading
from typing import Any

from confluent_kafka import KafkaException, TopicPartition
from confluent_kafka.admin import OffsetSpec  # type: ignore[attr-defined]

from judge.inside.clients import admin
from judge.inside.run_state import RunState

PERIOD_S = 0.25
WATERMARK_TIMEOUT_S = 0.5


class Board(threading.Thread):
    """Draws `cluster` and `counts` events from the brokers' disks and from metadata."""

    def __init__(self, run: RunState) -> None:
        super().__init__(name="board", daemon=True)
        self._run_state = run
        self._halt = threading.Event()
        self._watermarks: dict[int, int] = {}
        self._epochs: dict[int, int | None] = {}
        self._last: dict[str, Any] = {}
        self._client = admin(run.bootstrap())

    def run(self) -> None:
        """Draw until `stop`."""
        while not self._halt.wait(PERIOD_S):
            self.draw()

    def stop(self) -> None:
        """Draw a last time and end."""
        self._halt.set()
        self.join()
        self.draw()

    def draw(self) -> None:
        """Send what has changed since the last drawing."""
        run = self._run_state
        parts = range(run.scenario.judged.partitions)
        self._watch_ends([p for p in parts if run.leader_of(run.topic, p) is not None])
        self._send("cluster", brokers=self._brokers(), partitions=[self._drawn(p) for p in parts])
        answers = run.learner.answers
        counts = {
            "handed": run.feed.handed if run.feed else 0,
            "accepted": answers.accepted,
            "refused": answers.refused,
            "acknowledged": run.stage.tap.acknowledged(run.topic),
        }
        if run.scenario.group:
            counts["processed"] = len(run.learner.processed)
            counts["committed"] = sum(run.committed.values())
        self._send("counts", **counts)

    def _send(self, kind: str, **data: Any) -> None:
        if self._last.get(kind) != data:
            self._last[kind] = data
            self._run_state.tell(kind, **data)

    def _brokers(self) -> dict[str, str]:
        run, alive = self._run_state, self._run_state.alive_brokers()
        states = {}
        for broker in run.brokers:
            state = "cut" if broker in run.cut_brokers else "up"
            state = "paused" if broker in run.paused_brokers else state
            states[str(broker)] = state if broker in alive else "dead"
        return states

    def _drawn(self, partition: int) -> dict[str, Any]:
        run = self._run_state
        ends = run.log_ends(run.topic, partition)
        replicas = sorted(run.replicas(partition))
        return {
            "topic": run.topic,
            "partition": partition,
            "leader": run.leader_of(run.topic, partition),
            "isr": sorted(run.isr_of(run.topic, partition)),
            "replicas": replicas,
            "epoch": self._epochs.get(partition),
            "log_end": {str(broker): ends[broker] for broker in replicas},
            "high_watermark": self._watermarks.get(partition, 0),
        }

    def _watch_ends(self, partitions: list[int]) -> None:
        """Ask the leaders where consumers may read to, and in which epoch they lead."""
        topic = self._run_state.topic
        asked = {TopicPartition(topic, p): OffsetSpec.latest() for p in partitions}  # type: ignore[no-untyped-call]
        if not asked:
            return
        answers = self._client.list_offsets(asked, request_timeout=WATERMARK_TIMEOUT_S)
        late = False
        for place, answer in answers.items():
            try:
                end = answer.result(WATERMARK_TIMEOUT_S * 2)
            except (KafkaException, TimeoutError):
                late = True
                continue
            if end.offset < 0:
                late = True
                continue
            self._watermarks[place.partition] = end.offset
            self._epochs[place.partition] = end.leader_epoch
        if late:
            # What was last known stands. A client that knew the dead leader asks it for ten
            # seconds and more, so the next question is put by a new one.
            self._client = admin(self._run_state.bootstrap())
