"""The cluster: a column per broker, a bar per replica, one window of offsets for all bars."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from attempts.pictures.svg import number, seconds

BAR_WIDTH = 200
WORDS = {"up": "up", "dead": "dead", "cut": "replication cut", "paused": "paused"}
ROLES = {"leader": "leader", "follower": "in ISR", "out": "out of ISR", "dead": "dead"}
SIGNS = {"leader": "leader", "follower": "follower", "out": "out", "dead": "dead"}


@dataclass(slots=True)
class Replica:
    """One bar. Coordinates are text, ready for attributes of a 200 wide picture."""

    name: str
    role: str
    role_word: str
    sign: str
    log_end: str
    high_watermark: str
    leo_width: str
    hw_x: str
    tail_x: str = ""
    tail_width: str = ""
    strike: str = ""


@dataclass(slots=True)
class Column:
    """One broker."""

    id: int
    state: str
    word: str
    note: str
    replicas: list[Replica] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class ClusterPicture:
    """The columns, and the window of offsets that every bar shows."""

    columns: list[Column]
    window: str


def draw_cluster(data: Mapping[str, Any], killed_ms: Mapping[int, float]) -> ClusterPicture:
    """The picture of one `cluster` event. `killed_ms` says when each dead broker died."""
    partitions = data.get("partitions", [])
    low, high = _window(partitions)
    columns = []
    for broker, state in sorted(data.get("brokers", {}).items(), key=lambda item: int(item[0])):
        number_of = int(broker)
        died = killed_ms.get(number_of)
        # A kill is told at once, the picture of the cluster a few times a second.
        state = "dead" if died is not None else state
        note = f"killed {seconds(died)} s" if state == "dead" and died is not None else ""
        column = Column(number_of, state, WORDS.get(state, state), note)
        column.replicas = [
            _replica(partition, number_of, state, low, high)
            for partition in partitions
            if number_of in partition.get("replicas", ())
        ]
        columns.append(column)
    return ClusterPicture(columns, f"{low:,} to {high:,}")


def _replica(partition: Mapping[str, Any], broker: int, state: str, low: int, high: int) -> Replica:
    end = int(partition.get("log_end", {}).get(str(broker), 0))
    mark = min(int(partition.get("high_watermark", 0)), end)
    role = _role(partition, broker, state)
    word = ROLES[role]
    if role == "leader" and partition.get("epoch") is not None:
        word = f"leader e{partition['epoch']}"
    at_end, at_mark = _at(end, low, high), _at(mark, low, high)
    drawn = Replica(
        name=f"{partition['topic']}-{partition['partition']}",
        role=role,
        role_word=word,
        sign=SIGNS[role],
        log_end=f"{end:,}",
        high_watermark=f"{mark:,}",
        leo_width=number(min(at_end, at_mark)),
        hw_x=number(at_mark),
    )
    if end > mark:
        drawn.tail_x, drawn.tail_width = number(at_mark), number(at_end - at_mark)
    if role == "dead":
        drawn.strike = f"M0 0L{number(at_mark)} 18M0 18L{number(at_mark)} 0"
    return drawn


def _role(partition: Mapping[str, Any], broker: int, state: str) -> str:
    if state == "dead":
        return "dead"
    if partition.get("leader") == broker:
        return "leader"
    return "follower" if broker in partition.get("isr", ()) else "out"


def _at(offset: int, low: int, high: int) -> float:
    return max(0.0, min(1.0, (offset - low) / (high - low))) * BAR_WIDTH


def _window(partitions: list[Mapping[str, Any]]) -> tuple[int, int]:
    """Steps of a fifth of the whole, so that the window does not move with every record."""
    ends = [int(end) for partition in partitions for end in partition.get("log_end", {}).values()]
    most, least = max(ends, default=0), min((end for end in ends if end), default=0)
    step = 100
    while most / step > 12:
        step *= 5 if str(step).startswith("1") else 2
    high = (most // step + 1) * step
    low = max(0, (least // step - 3) * step)
    return low, high
