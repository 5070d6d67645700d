"""Joins what the tap saw answered with what the logs hold, batch by batch."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import chain, repeat

from judge.history import Op
from judge.index import BatchKey, History, acks_of, batch_key, partition_of, sent_ms
from judge.transactions import COMMIT, outcomes


@dataclass(slots=True)
class Acknowledgements:
    """What brokers told the program, joined with the logs.

    by_id: order -> the earliest acknowledgement that reached the program. One inside a
    transaction vouches for nothing unless the transaction was committed.
    by_batch: stored batch -> every tap append of it, acknowledged or not, by time.
    acknowledged_unstored: acknowledged batches that no log we read holds, once each.
    doubtful_unstored: batches refused, unanswered or sent with acks=0 that no log holds, once each.
    """

    by_id: dict[str, Op] = field(default_factory=dict)
    acknowledged_unstored: list[Op] = field(default_factory=list)
    doubtful_unstored: list[Op] = field(default_factory=list)
    joined: list[tuple[Op, list[BatchKey]]] = field(default_factory=list)
    """Every append of the tap that some log holds, with the batches it may be."""
    _by_batch: dict[BatchKey, list[Op]] | None = None

    @property
    def by_batch(self) -> dict[BatchKey, list[Op]]:
        """Made when it is first asked for: a run in which nothing went wrong never asks."""
        if self._by_batch is None:
            self._by_batch = {}
            for op, keys in self.joined:
                for key in keys:
                    self._by_batch.setdefault(key, []).append(op)
        return self._by_batch


def acknowledgements(history: History) -> Acknowledgements:
    """The join, worked out once for each history."""
    if "acknowledgements" not in history.memo:
        history.memo["acknowledgements"] = _join(history)
    found: Acknowledgements = history.memo["acknowledgements"]
    return found


def is_acknowledged(op: Op) -> bool:
    """Whether a tap append is a broker's yes that reached the program. acks=0 is no question."""
    return op.type == "ok" and op.error is None and acks_of(op) != 0 and op.offset is not None


def _join(history: History) -> Acknowledgements:
    result = Acknowledgements()
    places = _Places(history)
    unstored: dict[BatchKey, Op] = {}
    held: list[tuple[Op, BatchKey]] = []
    doubtful: dict[tuple[int, int | None], Op] = {}
    ended = outcomes(history)
    for op in history.appends:
        yes = is_acknowledged(op)
        keys = places.acknowledged(op) if yes else places.in_doubt(op)
        for key in keys:
            result.by_batch.setdefault(key, []).append(op)
        if yes:
            held += [(op, key) for key in keys if ended.get(key, COMMIT) == COMMIT]
            if not keys:
                unstored.setdefault(batch_key(op), op)
        elif not keys:
            # A batch that is sent again and refused again is one batch, not two.
            doubtful.setdefault((partition_of(op), op.crc), op)
    result.by_id = _by_id(history, held)
    result.acknowledged_unstored = sorted(unstored.values(), key=sent_ms)
    answered = {(partition_of(op), op.crc) for op in unstored.values()}
    left = [op for key, op in doubtful.items() if key not in answered]
    result.doubtful_unstored = sorted(left, key=sent_ms)
    return result


def _by_id(history: History, held: list[tuple[Op, BatchKey]]) -> dict[str, Op]:
    """Each order with its earliest acknowledgement; `held` is in order of time."""
    ids = [history.ids[key] for _, key in held]
    ops = [repeat(op, len(listed)) for (op, _), listed in zip(held, ids, strict=True)]
    found = dict(zip(chain.from_iterable(ids), chain.from_iterable(ops), strict=True))
    if len(found) < sum(map(len, ids)):
        # Some order was acknowledged twice: the earliest must win.
        for (op, _), listed in zip(reversed(held), reversed(ids), strict=True):
            found.update(dict.fromkeys(listed, op))
    return found


class _Places:
    """Finds the stored batches that a tap append may be."""

    def __init__(self, history: History) -> None:
        self._history = history
        asked = any(map(is_acknowledged, history.appends))
        exact = any(batch_key(op) in history.ids for op in history.appends if is_acknowledged(op))
        # LogAppendTime, or a topic with a compression of its own, makes the broker write another
        # CRC. It does so for every batch of the topic or for none.
        self._rewritten = asked and not exact
        self._by_offset: dict[tuple[int, int], list[BatchKey]] = {}
        if self._rewritten:
            for key in sorted(history.ids):
                self._by_offset.setdefault(key[:2], []).append(key)

    def acknowledged(self, op: Op) -> list[BatchKey]:
        """Where the batch of a broker's yes is."""
        key = batch_key(op)
        if key in self._history.ids:
            return [key]
        return self._same_offset(op) if self._rewritten else []

    def in_doubt(self, op: Op) -> list[BatchKey]:
        """Where a batch is that was refused, not answered, or sent with acks=0."""
        return self._history.by_crc.get((partition_of(op), op.crc or 0), [])

    def _same_offset(self, op: Op) -> list[BatchKey]:
        return [
            key
            for key in self._by_offset.get(batch_key(op)[:2], ())
            if any(broker == op.broker for broker, _ in self._history.copies[key])
            and op.count in (None, self._history.counts.get(key))
        ]
