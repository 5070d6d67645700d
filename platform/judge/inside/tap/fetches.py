"""What was fetched, summed up: a row for each connection and partition, however many requests."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from judge.inside.tap.produce import TopicKey

MOST_WHOLE_BYTES = 4 << 20
"""A larger response is streamed and counted as a whole: its partitions stay unknown."""

MOST_COLLECTED_BYTES = 24 << 20
"""All responses that are collected at this moment. Beyond it further ones are streamed: thirty
consumers that read at once must not cost the tap what thirty responses weigh."""

MOST_PARTITIONS = 1000
"""On one connection; those beyond it are summed up in one row without a topic."""

_BASE_AND_LENGTH = struct.Struct(">qi")
_INT32 = struct.Struct(">i")
_LAST_DELTA_AT = 23
_BATCH_HEADER_BYTES = 61


@dataclass(slots=True)
class Fetched:
    """One partition's sum. Offsets are those of whole batches, aborted ones included."""

    requests: int = 0
    records_bytes: int = 0
    first: int | None = None
    last: int | None = None
    errors: int = 0

    def add(self, records: Any, error: bool) -> None:
        """Add what one response holds of the partition."""
        self.requests += 1
        self.errors += error
        self.records_bytes += len(records)
        for base, last in _batches(records):
            self.first = base if self.first is None else min(self.first, base)
            self.last = last if self.last is None else max(self.last, last)


class Fetches:
    """The sums of one connection, from `began_s` on the monotonic clock."""

    def __init__(self, began_s: float, client_id: str | None) -> None:
        self.began_s, self.client_id = began_s, client_id
        self.by_place: dict[tuple[TopicKey | None, int | None], Fetched] = {}

    def add(self, body: Any) -> None:
        """Add a decoded Fetch response; partitions without records and errors do not count."""
        for topic in body.responses:
            key = topic.topic_id if hasattr(topic, "topic_id") else topic.topic
            for part in topic.partitions:
                error = bool(part.error_code.value)
                if part.records or error:
                    self._sum(key, part.partition_index).add(part.records or b"", error)

    def add_unread(self, frame_bytes: int) -> None:
        """Add a response that was too large to be collected, by its size alone."""
        row = self._sum(None, None)
        row.requests += 1
        row.records_bytes += frame_bytes

    def _sum(self, key: TopicKey | None, partition: int | None) -> Fetched:
        place = (key, partition)
        if place not in self.by_place and len(self.by_place) >= MOST_PARTITIONS:
            place = (None, None)
        return self.by_place.setdefault(place, Fetched())


class Room:
    """Shares out the memory in which fetch responses are collected, one a connection."""

    def __init__(self) -> None:
        self._taken: dict[int, int] = {}

    def take(self, connection: int, frame_bytes: int) -> bool:
        """Whether a response of that size may be collected; if so the room is taken."""
        if frame_bytes > MOST_WHOLE_BYTES:
            return False
        self._taken.pop(connection, None)
        if sum(self._taken.values()) + frame_bytes > MOST_COLLECTED_BYTES:
            return False
        self._taken[connection] = frame_bytes
        return True

    def give_back(self, connection: int) -> None:
        """The connection's response is complete, or will never be."""
        self._taken.pop(connection, None)


def _batches(records: Any) -> Iterator[tuple[int, int]]:
    """Base and last offset of each batch; the last may have been cut off by the broker."""
    at = 0
    while at + _BATCH_HEADER_BYTES <= len(records):
        base, length = _BASE_AND_LENGTH.unpack_from(records, at)
        yield base, base + _INT32.unpack_from(records, at + _LAST_DELTA_AT)[0]
        if length <= 0:
            return
        at += _BASE_AND_LENGTH.size + length
