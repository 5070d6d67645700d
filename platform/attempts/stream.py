"""One Redis stream an attempt: what its run tells, in order, kept for pages that come late."""

from __future__ import annotations

import itertools
import json
import logging
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import redis
from django.conf import settings

from judge.events import Event

log = logging.getLogger(__name__)

KEPT_EVENTS = 5000
"""A run tells some 300; the rest is room for a program that prints without end."""

KEPT_FOR_S = 24 * 3600
"""After that the page of an attempt is drawn from the database alone."""

SHOWN_OUTPUT_CHARS = 131_072
"""What is passed on of a program's printing; the engine bounds it too, but not by our stream."""

BATCH_CHARS = 4096
BATCH_MS = 150.0
TRY_AGAIN_AFTER_S = 1.0
HELD_BACK = 2000
_NOT_NEW = "equal or smaller than the target stream top item"
"""How Redis refuses an id that does not grow."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One event as the stream keeps it; `id` is `epoch-number` and grows."""

    id: str
    epoch: int
    kind: str
    t_ms: float
    data: Mapping[str, Any]


def stream_key(uid: str) -> str:
    """The name of an attempt's stream. By uid: numbers begin anew with a new database."""
    return f"faultline:attempt:{uid}:told"


def entry_of(entry_id: str, fields: Mapping[str, str]) -> Entry:
    """The event that `EventWriter` wrote under this id."""
    return Entry(
        entry_id,
        int(fields["epoch"]),
        fields["kind"],
        float(fields["t_ms"]),
        json.loads(fields["data"]),
    )


def connect() -> redis.Redis:
    """A client for short commands. Two seconds: a run must not stand still for its page."""
    return redis.Redis.from_url(
        settings.REDIS_URL, decode_responses=True, socket_timeout=2, socket_connect_timeout=2
    )


def read_events(uid: str, after: str = "", most: int = KEPT_EVENTS) -> list[Entry]:
    """The events after that id, oldest first; none when Redis is down or has let them go."""
    try:
        with connect() as client:
            rows = client.xrange(stream_key(uid), f"({after}" if after else "-", "+", most)
    except redis.RedisError as unreachable:
        log.warning("events of attempt %s cannot be read: %s", uid, unreachable)
        return []
    return [entry_of(entry_id, fields) for entry_id, fields in rows]


class EventWriter:
    """Writes one run's events. A Redis that is away delays them and never harms the run.

    Their ids are ours, so that Redis itself refuses an event that it has already, which was sent
    again because its answer was lost, and those of a worker that a newer epoch has superseded.
    """

    def __init__(self, uid: str, epoch: int) -> None:
        """One writer an epoch: its events are numbered from 1."""
        self._key, self._epoch = stream_key(uid), epoch
        self._client = connect()
        self._numbers = itertools.count(1)
        self._waiting: deque[tuple[str, dict[str, str]]] = deque(maxlen=HELD_BACK)
        self._try_at = 0.0
        self._output: Event | None = None
        self._output_left = SHOWN_OUTPUT_CHARS

    def write(self, event: Event) -> None:
        """Append the event. Printed lines that follow each other closely become one entry."""
        if event.kind == "output":
            self._gather(event)
            return
        self._flush_output()
        self._add(event)

    def close(self) -> None:
        """Write what is held back and let go of the connection."""
        self._flush_output()
        self._try_at = 0.0
        self._send()
        self._client.close()

    def _gather(self, event: Event) -> None:
        text = str(event.data["text"])[: self._output_left]
        if not text:
            return
        self._output_left -= len(text)
        if not self._output_left:
            text += "\n(more was printed; it is not shown)"
        held = self._output
        if held and held.data["stream"] == event.data["stream"]:
            joined = held.data["text"].rstrip("\n") + "\n" + text
            self._output = Event("output", held.t_ms, {**held.data, "text": joined})
        else:
            self._flush_output()
            self._output = Event("output", event.t_ms, {**event.data, "text": text})
        long = len(self._output.data["text"]) > BATCH_CHARS
        if long or event.t_ms - self._output.t_ms > BATCH_MS:
            self._flush_output()

    def _flush_output(self) -> None:
        held, self._output = self._output, None
        if held:
            self._add(held)

    def _add(self, event: Event) -> None:
        fields = {
            "epoch": str(self._epoch),
            "kind": event.kind,
            "t_ms": f"{event.t_ms:.1f}",
            "data": json.dumps(event.data, separators=(",", ":"), default=str),
        }
        self._waiting.append((f"{self._epoch}-{next(self._numbers)}", fields))
        self._send()

    def _send(self) -> None:
        if time.monotonic() < self._try_at:
            return
        try:
            while self._waiting:
                self._append(*self._waiting[0])
                self._waiting.popleft()
            self._client.expire(self._key, KEPT_FOR_S)
        except redis.RedisError as unreachable:
            # Not retried at once: each try may take two seconds of a run that is being timed.
            self._try_at = time.monotonic() + TRY_AGAIN_AFTER_S
            log.warning("%s waits for Redis: %s", self._key, unreachable)

    def _append(self, entry_id: str, fields: dict[str, str]) -> None:
        try:
            self._client.xadd(self._key, fields, entry_id, maxlen=KEPT_EVENTS, approximate=True)
        except redis.ResponseError as refused:
            if _NOT_NEW not in str(refused):
                raise
