"""Timed blocks of our own load, with the learner's settings and with the old ones in turns."""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from confluent_kafka import KafkaException, Producer

from judge.client_keys import PRODUCER
from judge.errors import JudgeError
from judge.history import Op
from judge.inside.network import bootstrap
from judge.inside.observers.replica_log import log_end_offset, stored_batches
from judge.inside.run_state import RunState
from judge.inside.settings_trial import why_refused
from judge.waiting import wait_until

FLUSH_S = 30.0

LED_S = 15.0
"""How long the first look at who leads the topic may take."""

STORED_S = 5.0
"""How long what was sent may take to be in the leader's log, where no answer says that it is."""

ORDER = ("baseline", "candidate", "candidate", "baseline")
"""ABBA: what drifts evenly hits both arms alike."""


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much one block sends: a burst as fast as it goes, then paced records."""

    burst: int
    paced: int
    paced_per_s: float


class Block:
    """One producer with one set of settings, made for the block and ended with it."""

    def __init__(self, run: RunState, settings: Mapping[str, str], sizes: Sizes) -> None:
        self._run, self._sizes = run, sizes
        base = {"bootstrap.servers": bootstrap(run.alive_brokers()), "log_level": 0}
        self._producer = Producer({**base, **settings})
        self._failed = 0
        self._waits_ms: list[float] = []

    def measure(self) -> dict[str, Any]:
        """Send both parts and return what they took; raises KafkaException for bad settings."""
        before = self._log_end()
        self._warm_up()
        begun_s = time.monotonic()
        for number in range(self._sizes.burst):
            self._send(number, None)
        self._flush()
        seconds = time.monotonic() - begun_s
        first = self._stored_up_to(before + 1 + self._sizes.burst)
        begun_s = time.monotonic()
        for number in range(self._sizes.paced):
            due_s = begun_s + number / self._sizes.paced_per_s
            while (left_s := due_s - time.monotonic()) > 0:
                self._producer.poll(left_s)
            self._send(number, due_s)
        self._flush()
        self._stored_up_to(first + self._sizes.paced)
        waits = sorted(self._waits_ms)
        return {
            "records": self._sizes.burst,
            "seconds": round(seconds, 4),
            "failed": self._failed,
            "p50_ms": round(statistics.median(waits), 3) if waits else None,
            **self._stored_since(first),
        }

    def _warm_up(self) -> None:
        """The first record pays for the connection and the producer id; no arm is charged."""
        self._send(0, None)
        self._flush()

    def _send(self, number: int, due_s: float | None) -> None:
        reading = {
            "sensor": f"hall-{number % 40:02d}",
            "kind": "temperature",
            "unit": "celsius",
            "value": round(18 + self._run.rng.random() * 6, 2),
            "site": "warehouse-north",
            "firmware": "4.12.0",
            "sequence": number,
        }

        def delivered(error: Any, _message: Any) -> None:
            if error is not None:
                self._failed += 1
            elif due_s is not None:
                self._waits_ms.append((time.monotonic() - due_s) * 1000)

        while True:
            try:
                self._producer.produce(
                    self._run.topic, json.dumps(reading), partition=0, on_delivery=delivered
                )
            except BufferError:
                self._producer.poll(0.05)
                continue
            self._producer.poll(0)
            return

    def _flush(self) -> None:
        if self._producer.flush(FLUSH_S):
            raise JudgeError("load-stuck", f"our load was not delivered in {FLUSH_S:g} s")

    def _leader_dir(self) -> Any:
        leader = self._run.leader_of(self._run.topic)
        if leader is None:
            raise JudgeError("cluster-not-healthy", "nobody leads the topic of the load")
        return self._run.stage.brokers.data_dir(leader)

    def _log_end(self) -> int:
        return log_end_offset(self._leader_dir(), self._run.topic, 0)

    def _stored_up_to(self, end: int) -> int:
        """The log's end, once it is there: with acks=0 a flush does not wait for the broker."""
        if self._failed:
            return self._log_end()  # of what failed nobody knows how much is there

        def stored_up_to() -> int | None:
            found = self._log_end()
            return found if found >= end else None

        missing = f"what was sent is not in the log up to {end}"
        return wait_until(stored_up_to, STORED_S, missing, code="load-miscounted") or 0

    def _stored_since(self, first: int) -> dict[str, Any]:
        """How the paced records lie in the leader's log."""
        found = [
            batch
            for batch in stored_batches(self._leader_dir(), self._run.topic, 0)
            if batch.base_offset >= first
        ]
        records = sum(batch.count for batch in found)
        if records != self._sizes.paced and not self._failed:
            raise JudgeError("load-miscounted", f"{records} of {self._sizes.paced} are in the log")
        return {
            "paced": records,
            "batches": len(found),
            "disk_bytes": sum(batch.size_bytes for batch in found),
        }


def measure(run: RunState, options: Mapping[str, Any]) -> None:
    """Run the control pair, then the pairs in ABBA order, and note each block.

    Brokers are slow until their code has been compiled, and the first block would pay for it. So
    one more goes before, with the old settings, and is noted nowhere.

    Settings that no producer can be made of fail their blocks: that is the learner's.
    """
    sizes = Sizes(options["burst"], options["paced"], options["paced_per_s"])
    arms = dict.fromkeys(("baseline", "a", "b"), run.load["baseline"])
    arms["candidate"] = run.load["candidate"]
    plan = [(0, arm) for arm in ("a", "b", "b", "a")]
    plan += [(pair, arm) for pair in range(1, options["pairs"] + 1) for arm in _turn(run, pair)]
    _warm_brokers(run, sizes)
    for order, (pair, arm) in enumerate(plan):
        detail = {"arm": arm, "pair": pair, "order": order, "settings": dict(arms[arm])}
        try:
            figures = Block(run, arms[arm], sizes).measure()
        except KafkaException as refused:
            # In the words of the file: librdkafka complains by its own names.
            error = why_refused(PRODUCER, arms[arm]) or refused.args[0].str()
            run.note(Op(run.now_ms(), "load", "fail", "block", error=error[:300], detail=detail))
            if arm != "candidate":
                raise JudgeError("load-failed", f"our own load failed: {error}") from None
            continue
        kind = "fail" if figures["failed"] else "ok"
        run.note(Op(run.now_ms(), "load", kind, "block", detail={**detail, **figures}))
        run.say("note", f"{arm}: {figures['records'] / figures['seconds']:,.0f} records a second")


def _warm_brokers(run: RunState, sizes: Sizes) -> None:
    seen = "no leader of the load's topic was seen"
    run.wait_any(lambda: run.leader_of(run.topic) is not None, LED_S, seen)
    try:
        Block(run, run.load["baseline"], sizes).measure()
    except KafkaException as refused:
        raise JudgeError("load-failed", f"our own load failed: {refused.args[0]}") from None


def _turn(run: RunState, pair: int) -> tuple[str, ...]:
    return ORDER if pair % 2 else ORDER[::-1]
