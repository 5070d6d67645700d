"""The tables of a history that all checkers share; `judge.indexing` fills them in one pass."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from functools import cached_property
from itertools import filterfalse
from operator import is_
from typing import Any

from judge.columns import Columns
from judge.history import Op
from judge.names import Names
from judge.terms import Terms

BatchKey = tuple[int, int, int]
"""Partition, base offset and CRC of a batch of the learner's topic. The CRC survives the append
and every copy, so it tells two batches at one offset apart after a failover."""

Copy = tuple[int, int]
"""Broker and leader epoch of one stored copy of a batch; the epoch is -1 when unknown."""

Writer = tuple[int, int, int, bool]
"""Producer id, its epoch, first sequence, and whether the batch is part of a transaction."""

_PARTITION_BITS = 48


def spot(partition: int, offset: int) -> int:
    """One number for a place in a topic: a dict of numbers is half the size of one of pairs."""
    return (partition << _PARTITION_BITS) | offset


def partition_at(place: int) -> int:
    """The partition of a spot."""
    return place >> _PARTITION_BITS


def offset_at(place: int) -> int:
    """The offset of a spot."""
    return place & ((1 << _PARTITION_BITS) - 1)


def partition_of(op: Op) -> int:
    """The partition an operation speaks of; the first where it names none."""
    return op.partition or 0


def batch_key(op: Op) -> BatchKey:
    """The batch that a stored copy is, or an acknowledged append became."""
    return (partition_of(op), op.offset or 0, op.crc or 0)


class History:
    """Who said what, indexed; nothing in it depends on the order of concurrent operations.

    Ids are those of the ledger's orders. Times are milliseconds since the scenario began.
    Only `terms.topic` is indexed, except in `metadata` and the canaries.
    """

    def __init__(self, terms: Terms) -> None:
        self.terms = terms
        self.begun = False
        self.handed: dict[str, float] = {}
        self.keys: list[str | None] = []
        """The keys of `handed`, in its own order: half of what a second dict would take."""
        self.accepted: dict[str, float] = {}
        self.refused: dict[str, float] = {}
        self.processed: dict[str, list[tuple[float, str]]] = {}
        """Order -> when and by which program it was processed, each time."""
        self.programs: list[Op] = []
        self.commits: list[Op] = []
        """What the tap saw committed and what the coordinator said, of the topics of the terms."""
        self.exit: Op | None = None
        self.end: Op | None = None
        self.end_ms = 0.0
        self.appends: list[Op] = []
        self.ids: dict[BatchKey, list[str]] = {}
        self.counts: dict[BatchKey, int] = {}
        self.copies: dict[BatchKey, list[Copy]] = defaultdict(list)
        self.log_ends: list[Op] = []
        self.first_read: dict[str, int] = {}
        self.read_again: dict[str, set[int]] = {}
        self.read_ends: dict[int, int] = {}
        self.read_ms: float | None = None
        self.metadata: dict[tuple[str, int], list[Op]] = defaultdict(list)
        self.faults: list[Op] = []
        self.notes: list[Op] = []
        self.pressure: list[Op] = []
        self.canary_sent: dict[str, set[str]] = defaultdict(set)
        self.canary_read: dict[str, set[str]] = defaultdict(set)
        self.canary_acked_ms: dict[str, list[float]] = defaultdict(list)
        self.filled: dict[str, int] = {}
        self.filled_ms: dict[str, float] = {}
        """Where and when our own producer put an order into the topic the program reads."""
        self.taken_back: set[str] = set()
        """Orders of a transaction of our producer's that was aborted."""
        self.writers: dict[BatchKey, Writer] = {}
        self.rare: dict[tuple[str, str], list[Op]] = {}
        """Whole operations, by source and kind, that few checkers look at; see `judge.rare`."""
        self.names = Names()
        self.key_names: dict[str, str] = {}
        """One string for each id and key, while the tables are filled; empty after that."""
        self.pairs: dict[Copy, Copy] = {}
        self.columns = Columns()
        self.unhanded: list[Op] = []
        """Records of our producer's that were not noted as handed when they were stored."""
        self.memo: dict[str, Any] = {}
        """What one checker worked out and the next can use; see `judge.fates`."""

    @cached_property
    def answered(self) -> int:
        """How many of the orders handed have an answer of the program."""
        return len(self.handed) - len(absent(self.unaccepted, self.refused))

    @cached_property
    def unaccepted(self) -> set[str]:
        """The orders handed that the program did not accept."""
        return absent(self.handed, self.accepted)

    @cached_property
    def places(self) -> list[int | None]:
        """The first place of each order handed, in the order of `handed`; None where not read."""
        if same_ids(self.handed, self.first_read):
            return list(self.first_read.values())
        return list(map(self.first_read.get, self.handed))

    @cached_property
    def unread(self) -> set[str]:
        """The orders handed that no reader got."""
        if None not in self.places:
            return set()
        both = zip(self.handed, self.places, strict=True)
        return {order_id for order_id, place in both if place is None}

    @cached_property
    def foreign_read(self) -> set[str]:
        """What the reader got that nobody handed out."""
        ours = len(self.handed) - len(self.unread)
        return absent(self.first_read, self.handed) if len(self.first_read) > ours else set()

    @cached_property
    def died(self) -> dict[int, float]:
        """Broker -> when it was first killed, whether or not it was started again."""
        deaths: dict[int, float] = {}
        for op in self.faults:
            for broker in killed_by(op):
                deaths.setdefault(broker, op.t_ms)
        return deaths

    @cached_property
    def came_back(self) -> dict[int, float]:
        """Broker -> when one that was killed served again, for the first time."""
        started: dict[int, float] = {}
        for op in self.faults:
            if op.type == "ok" and op.f == "start_broker":
                for broker in (op.detail or {}).get("started", ()):
                    started.setdefault(int(broker), op.t_ms)
        return started

    @cached_property
    def gone_brokers(self) -> frozenset[int]:
        """Brokers whose log no longer counts: killed, or noted as not alive at the end."""
        last: dict[int, bool] = {}
        for op in self.log_ends:
            if op.broker is not None and "alive" in (op.detail or {}):
                last[op.broker] = bool((op.detail or {})["alive"])
        noted = {broker for broker, alive in last.items() if not alive}
        return frozenset(noted | {b for b in self.died if not last.get(b, False)})

    @cached_property
    def by_crc(self) -> dict[tuple[int, int], list[BatchKey]]:
        """Partition and CRC -> the stored batches that have it, by offset."""
        found: dict[tuple[int, int], list[BatchKey]] = defaultdict(list)
        for key in sorted(self.ids):
            found[key[0], key[2]].append(key)
        return found

    def rare_ops(self, source: str, f: str) -> list[Op]:
        """The operations of that source and kind, in order of time; only kinds in `judge.rare`."""
        return self.rare.get((source, f), [])

    def leader_at(self, partition: int, t_ms: float, topic: str | None = None) -> Op | None:
        """The last that metadata said of a partition at `t_ms`; None before it said anything."""
        last = None
        for op in self.metadata.get((topic or self.terms.topic, partition), ()):
            if op.t_ms > t_ms:
                break
            last = op
        return last

    def places_of(self, ids: set[str]) -> dict[str, list[tuple[BatchKey, int]]]:
        """For each of `ids` that any log holds: batches and offsets. One pass; ask for many."""
        found: dict[str, list[tuple[BatchKey, int]]] = {}
        if not ids:
            return found
        for key, listed in self.ids.items():
            if ids.isdisjoint(listed):
                continue
            # Records that are not orders have no id here, so places are exact only without them.
            exact = self.counts.get(key, len(listed)) == len(listed)
            for place, order_id in enumerate(listed):
                if order_id in ids:
                    found.setdefault(order_id, []).append((key, key[1] + (place if exact else 0)))
        for places in found.values():
            places.sort()
        return found


def same_ids(one: Collection[str], other: Collection[str]) -> bool:
    """Whether both are the very same ids in the same order."""
    return len(one) == len(other) and all(map(is_, one, other))


def absent(ids: Collection[str], table: Collection[str]) -> set[str]:
    """Those of `ids` that `table` lacks.

    Two tables with the same ids in the same order are the usual case, and it takes a tenth of
    the time to see that than to look up each.
    """
    if same_ids(ids, table):
        return set()
    return set(filterfalse(table.__contains__, ids))


BROKER_DEATHS = ("kill_broker", "kill_brokers")
"""Faults that leave brokers dead until `start_broker`: one, or those of a rack."""


def is_kill(op: Op) -> bool:
    """Whether a fault operation is the death of a broker, and not of a program."""
    return op.f == "kill_broker"


def killed_by(op: Op) -> tuple[int, ...]:
    """The brokers that a proved fault killed: one, or those of a rack."""
    if op.type != "ok" or op.f not in BROKER_DEATHS:
        return ()
    if is_kill(op):
        return () if op.broker is None else (op.broker,)
    return tuple(map(int, (op.detail or {}).get("brokers", ())))


def acks_of(op: Op) -> int | None:
    """What acknowledgement a tap append asked for: 0, 1 or -1 for all."""
    asked = (op.detail or {}).get("acks")
    return asked if isinstance(asked, int) else None


def sent_ms(op: Op) -> float:
    """When a tap append left the program."""
    moment = (op.detail or {}).get("sent_ms")
    return float(moment) if isinstance(moment, int | float) else op.t_ms


def isr_of(op: Op) -> tuple[int, ...]:
    """The in-sync replicas of a metadata operation."""
    return tuple((op.detail or {}).get("isr") or ())
