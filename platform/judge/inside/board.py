"""Shows the cluster and the counts to the page while a run lasts, a few times a second."""

from __future__ import annotations

import threading
import time
from typing import Any

from confluent_kafka import KafkaException, TopicPartition
from confluent_kafka.admin import OffsetSpec  # type: ignore[attr-defined]

from judge.inside.clients import admin
from judge.inside.run_state import RunState

PERIOD_S = 0.25
WATERMARK_TIMEOUT_S = 0.5


class Board(threading.Thread):
    """Draws `cluster` and `counts` events from the brokers' disks and from metadata.

    It also measures how late it is woken: a machine that cannot wake a thread for seconds
    cannot run three brokers in time either, and what they do then proves nothing.
    """

    def __init__(self, run: RunState) -> None:
        super().__init__(name="board", daemon=True)
        self._run_state = run
        self._halt = threading.Event()
        self._watermark = 0
        self._last: dict[str, Any] = {}
        self._epoch: int | None = None
        self._client = admin(run.bootstrap())
        self.latest_wake_s = 0.0

    def run(self) -> None:
        """Draw until `stop`."""
        while True:
            asleep = time.monotonic()
            if self._halt.wait(PERIOD_S):
                return
            self.latest_wake_s = max(self.latest_wake_s, time.monotonic() - asleep - PERIOD_S)
            self.draw()

    def stop(self) -> None:
        """Draw a last time and end."""
        self._halt.set()
        self.join()
        self.draw()

    def draw(self) -> None:
        """Send what has changed since the last drawing."""
        run = self._run_state
        self._send("cluster", brokers=self._brokers(), partitions=[self._partition()])
        self._send(
            "counts",
            handed=run.feed.handed if run.feed else 0,
            accepted=run.answers.accepted,
            refused=run.answers.refused,
            acknowledged=run.stage.tap.acknowledged(run.topic),
        )

    def _send(self, kind: str, **data: Any) -> None:
        if self._last.get(kind) != data:
            self._last[kind] = data
            self._run_state.tell(kind, **data)

    def _brokers(self) -> dict[str, str]:
        run, alive = self._run_state, self._run_state.alive_brokers()
        states = {}
        for broker in run.brokers:
            cut = "cut" if broker in run.cut_brokers else "up"
            states[str(broker)] = cut if broker in alive else "dead"
        return states

    def _partition(self) -> dict[str, Any]:
        run = self._run_state
        self._watch_end()
        return {
            "topic": run.topic,
            "partition": 0,
            "leader": run.leaders.get(run.topic),
            "isr": sorted(run.in_sync.get(run.topic, ())),
            "replicas": sorted(run.brokers),
            "epoch": self._epoch,
            "log_end": {str(broker): end for broker, end in run.log_ends(run.topic).items()},
            "high_watermark": self._watermark,
        }

    def _watch_end(self) -> None:
        """Ask the leader where consumers may read to, and in which epoch it leads."""
        run = self._run_state
        if run.leaders.get(run.topic) is None:
            return
        end = TopicPartition(run.topic, 0)
        try:
            asked = {end: OffsetSpec.latest()}  # type: ignore[no-untyped-call]
            answer = self._client.list_offsets(asked, request_timeout=WATERMARK_TIMEOUT_S)[
                end
            ].result(WATERMARK_TIMEOUT_S * 2)
        except (KafkaException, TimeoutError):
            answer = None
        if answer is None or answer.offset < 0:
            # What was last known stands. A client that knew the dead leader asks it for ten
            # seconds and more, so the next question is put by a new one.
            self._client = admin(run.bootstrap())
            return
        self._watermark, self._epoch = answer.offset, answer.leader_epoch
