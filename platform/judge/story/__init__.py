"""Tells a run as pictures: lanes of what the program heard, bands of who led, lives of records.

Everything comes from the history and nothing from a clock, so a replay tells the same story.
The page draws it; this package decides what is shown and keeps it small: at most MAX_CELLS cells
a lane, MAX_BANDS bands a row and MAX_LIVES lives, whatever the length of the run.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from judge.history import Op
from judge.index import History
from judge.indexing import index_history
from judge.story.bands import BrokerRow, FaultBand, LeaderBand, broker_rows, fault_bands, reigns
from judge.story.kill import AtKill, at_kill
from judge.story.lanes import Lanes, lanes
from judge.story.lives import Life, lives


@dataclass(frozen=True, slots=True)
class Story:
    """One run, told. Times are milliseconds since the scenario began.

    end_ms: the last operation. killed_ms, killed_broker: the death of a broker, when one died.
    lanes: counts of orders per cell. leaders: reigns over the topic's first partition.
    brokers: one row a broker, by id. faults: when each was begun, proved and healed.
    at_kill: every log's end when the leader died. lives: up to three records, step by step.
    read_ms, readable, read_end: when the final reader was done, how many orders and up to where.
    """

    lab: str
    stage: str
    seed: int
    topic: str
    partition: int
    end_ms: float
    killed_ms: float | None
    killed_broker: int | None
    lanes: Lanes
    leaders: tuple[LeaderBand, ...]
    brokers: tuple[BrokerRow, ...]
    faults: tuple[FaultBand, ...]
    at_kill: AtKill | None
    lives: tuple[Life, ...]
    read_ms: float | None
    readable: int
    read_end: int | None

    def to_dict(self) -> dict[str, Any]:
        """The story as plain JSON types, field by field."""
        return asdict(self)


def tell(ops: Iterable[Op], report: Mapping[str, Any] | None = None) -> Story:
    """The story of a history; `report`, as a dict, names by its first anomaly whose lives to tell.

    Raises JudgeError `history-unreadable` when the operations carry no terms.
    """
    history = index_history(ops)
    # Of the first anomaly only: it is the one the verdict's reason speaks of.
    first: Mapping[str, Any] = next(iter((report or {}).get("anomalies", ())), {})
    shown = [row.get("id") for row in first.get("evidence", ())]
    return tell_indexed(history, tuple(order_id for order_id in shown if order_id))


def tell_indexed(history: History, shown: tuple[str, ...] = ()) -> Story:
    """The story of an indexed history; the lives of `shown` come first."""
    terms, partition = history.terms, _first_partition(history)
    dead = min(history.died.items(), key=lambda item: (item[1], item[0]), default=(None, None))
    killed_broker, killed_ms = dead
    return Story(
        lab=terms.lab,
        stage=terms.stage,
        seed=terms.seed,
        topic=terms.topic,
        partition=partition,
        end_ms=history.end_ms,
        killed_ms=killed_ms,
        killed_broker=killed_broker,
        lanes=lanes(history),
        leaders=reigns(history, partition),
        brokers=broker_rows(history, partition),
        faults=fault_bands(history),
        at_kill=at_kill(history, partition),
        lives=lives(history, shown),
        read_ms=history.read_ms,
        readable=len(history.first_read.keys() & history.handed.keys()),
        read_end=history.read_ends.get(partition),
    )


def _first_partition(history: History) -> int:
    seen = (partition for topic, partition in history.metadata if topic == history.terms.topic)
    return min(seen, default=0)
