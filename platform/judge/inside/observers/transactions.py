"""Watches how far read_committed consumers may read, and who holds them up, five times a second."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from functools import partial
from typing import Any

from confluent_kafka import IsolationLevel, TopicPartition
from confluent_kafka.admin import OffsetSpec  # type: ignore[attr-defined]

from judge.errors import JudgeError
from judge.history import Op
from judge.inside.observers.asking import Asker, error_name
from judge.waiting import wait_until

PERIOD_S = 0.2
LAST_LOOK_TIMEOUT_S = 10.0

Where = tuple[str, int]


class StableEnds(threading.Thread):
    """Notes every change of the last stable offset (LSO) and the high watermark of partitions.

    Notes `transaction/stable_end`: offset is the LSO, detail.high_watermark what read_uncommitted
    may read to. LSO < high watermark is an open transaction for certain: the high watermark is
    asked for first, so it cannot be the younger of the two. `transaction_log` tells whose.
    """

    def __init__(
        self,
        bootstrap: Callable[[], str],
        partitions: Sequence[Where],
        note: Callable[[Op], None],
        now_ms: Callable[[], float],
    ) -> None:
        """Watch `partitions` of (topic, number). Nothing is asked before `start`."""
        super().__init__(name="stable-ends", daemon=True)
        self._asker, self._partitions = Asker(bootstrap), tuple(partitions)
        self._note, self._now_ms = note, now_ms
        self._halt = threading.Event()
        self._seen: dict[Where, tuple[int, int]] = {}

    def run(self) -> None:
        """Ask until `stop`; no answer is no change."""
        while not self._halt.is_set():
            self._look()
            self._halt.wait(PERIOD_S)

    def stop(self) -> None:
        """End the watch with a last look, so that the last op of a partition is how it ended.

        A partition that does not answer for 10 s is noted as `fail` with the error: how it ended
        is not known then.
        """
        self._halt.set()
        if self.ident is not None:
            self.join()
        unanswered: dict[Where, str] = {}

        def all_answered() -> bool:
            nonlocal unanswered
            unanswered = self._look()
            return not unanswered

        with suppress(JudgeError):
            wait_until(all_answered, LAST_LOOK_TIMEOUT_S, "Not all partitions answered.")
        for (topic, number), error in unanswered.items():
            self._note(
                Op(
                    self._now_ms(),
                    "transaction",
                    "fail",
                    "stable_end",
                    topic=topic,
                    partition=number,
                    error=error,
                )
            )
        self._asker.close()

    def _look(self) -> dict[Where, str]:
        """Ask for all partitions; the errors of those that did not answer."""
        asked_ms, unanswered = self._now_ms(), dict[Where, str]()
        ends = self._ends(IsolationLevel.READ_UNCOMMITTED)
        stable = self._ends(IsolationLevel.READ_COMMITTED)
        for where in self._partitions:
            failed = next((e for e in (ends[where], stable[where]) if isinstance(e, str)), None)
            if failed is not None:
                unanswered[where] = failed
            elif isinstance(ends[where], int) and isinstance(stable[where], int):
                self._see(where, int(stable[where]), int(ends[where]), asked_ms)
        return unanswered

    def _ends(self, isolation: IsolationLevel) -> dict[Where, int | str]:
        answers = self._asker.ask(partial(_question, self._partitions, isolation))
        return {
            where: error_name(answer) if isinstance(answer, Exception) else answer.offset
            for where, answer in answers.items()
        }

    def _see(self, where: Where, stable: int, high_watermark: int, asked_ms: float) -> None:
        # Records that came between the two questions are no sign of anything.
        state = (stable, max(stable, high_watermark))
        if self._seen.get(where) == state:
            return
        self._seen[where] = state
        topic, number = where
        self._note(
            Op(
                self._now_ms(),
                "transaction",
                "info",
                "stable_end",
                topic=topic,
                partition=number,
                offset=stable,
                detail={"high_watermark": state[1], "asked_ms": asked_ms},
            )
        )


def _question(
    partitions: Sequence[Where], isolation: IsolationLevel, client: Any, timeout_s: float
) -> dict[Where, Future[Any]]:
    wanted = {
        TopicPartition(topic, number): OffsetSpec.latest()  # type: ignore[no-untyped-call]
        for topic, number in partitions
    }
    asked = client.list_offsets(wanted, isolation_level=isolation, request_timeout=timeout_s)
    return {(each.topic, each.partition): future for each, future in asked.items()}
