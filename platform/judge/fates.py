"""What became of every write that a broker or the program vouched for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import zip_longest

from judge.acknowledgements import acknowledgements, is_acknowledged
from judge.allotment import allot
from judge.history import Op
from judge.index import BatchKey, History, acks_of, batch_key, isr_of, partition_of, spot

ISR_SEEN_WITHIN_MS = 1000.0
"""How much later than an acknowledgement metadata may show the ISR it was given under: it is
polled at 10 to 20 Hz, and a broker's view of it is refreshed a little after the leader's."""


@dataclass(frozen=True, slots=True)
class Loss:
    """One write that was vouched for and is gone.

    ack: the acknowledgement that broke, when a broker gave one; else the batch that could have
    held it and was refused or never answered; None for a record that was never sent.
    batch, offset: where it was stored, when any log still shows that.
    """

    id: str
    cause: str
    t_ms: float
    ack: Op | None = None
    batch: BatchKey | None = None
    offset: int | None = None


@dataclass(slots=True)
class Fates:
    """What became of the writes vouched for that the reader did not read.

    lost: gone for certain. hidden: on a live log, above what can be read. unexplained: on a live
    log, below the end that was read, and not read, which is our reader's failure. All are empty
    in a run that was never read back.
    """

    lost: list[Loss] = field(default_factory=list)
    hidden: list[str] = field(default_factory=list)
    unexplained: list[str] = field(default_factory=list)


def fates(history: History) -> Fates:
    """The fates, worked out once for each history; `lost` in order of time, then id."""
    if "fates" not in history.memo:
        history.memo["fates"] = _work_out(history)
    found: Fates = history.memo["fates"]
    return found


def _work_out(history: History) -> Fates:
    result = Fates()
    if not history.read_ends:
        # Nobody looked, so nothing is known to be gone.
        return result
    by_id = acknowledgements(history).by_id
    # An order that the program refused promises nothing, even where a broker said yes.
    missing = {
        i
        for i in history.unread
        if i in history.accepted or (i in by_id and i not in history.refused)
    }
    places = history.places_of(missing)
    taken = _taken_spots(history, places)
    nowhere: list[str] = []
    for order_id in missing:
        found = places.get(order_id, [])
        states = {_state(history, key, offset, taken) for key, offset in found}
        if "unexplained" in states:
            result.unexplained.append(order_id)
        elif "hidden" in states:
            result.hidden.append(order_id)
        elif found:
            result.lost.append(_stored_loss(history, order_id, found))
        else:
            nowhere.append(order_id)
    result.lost += _unstored_losses(history, nowhere)
    result.lost.sort(key=lambda loss: (loss.t_ms, loss.id))
    result.hidden.sort()
    result.unexplained.sort()
    return result


def _taken_spots(history: History, places: dict[str, list[tuple[BatchKey, int]]]) -> set[int]:
    """Which of these places the reader found taken by another order."""
    asked = {spot(key[0], offset) for found in places.values() for key, offset in found}
    if not asked:
        return asked
    again = (place for spots in history.read_again.values() for place in spots)
    return asked.intersection(history.first_read.values()) | asked.intersection(again)


def _state(history: History, key: BatchKey, offset: int, taken: set[int]) -> str:
    live = any(broker not in history.gone_brokers for broker, _ in history.copies[key])
    if not live or spot(key[0], offset) in taken:
        return "gone"
    end = history.read_ends.get(key[0])
    return "hidden" if end is not None and offset >= end else "unexplained"


def _stored_loss(history: History, order_id: str, found: list[tuple[BatchKey, int]]) -> Loss:
    by_batch = acknowledgements(history).by_batch
    tries = [(op, place) for place in found for op in by_batch.get(place[0], ())]
    yes = [(op, place) for op, place in tries if is_acknowledged(op)]
    if yes:
        op, (key, offset) = min(yes, key=lambda one: (one[0].t_ms, one[1]))
        return Loss(order_id, acknowledged_cause(history, op), op.t_ms, op, key, offset)
    key, offset = found[0]
    ack = min((op for op, _ in tries), key=lambda op: op.t_ms, default=None)
    cause = "accepted-without-acknowledgement"
    return Loss(order_id, cause, history.accepted[order_id], ack, key, offset)


def below_floor(history: History) -> bool:
    """Whether fewer replicas were in sync at the end than the topic's min.insync.replicas asks.

    The high watermark then stands still, so that records on live logs cannot be read: a choice
    of whoever set the floor, and no hole in our reading.
    """
    floor = str((history.terms.settings.get("topic") or {}).get("min.insync.replicas", "1"))
    if not floor.isdigit():
        return False
    topic = history.terms.topic
    last = [ops[-1] for (name, _), ops in history.metadata.items() if name == topic]
    return any(len(isr_of(op)) < int(floor) for op in last)


def acknowledged_cause(history: History, op: Op) -> str:
    """How an acknowledged batch could be lost, by what it asked for and the ISR at the time."""
    if acks_of(op) == 1:
        return "acknowledged-by-leader-only"
    if any(isr_of(shown) == (op.broker,) for shown in _shown_around(history, op)):
        return "acknowledged-by-short-isr"
    return "acknowledged-then-gone"


def _shown_around(history: History, op: Op) -> Iterable[Op]:
    """What metadata can have shown of the ISR that an acknowledgement was given under.

    Where the leader's log alone ever held the batch, whatever is shown later in its reign counts:
    a replica that was in sync then would have the batch, and nobody who has it is made to drop
    it by a leader who has not.
    """
    before = history.leader_at(partition_of(op), op.t_ms)
    if before is not None:
        yield before
    alone = {broker for broker, _ in history.copies.get(batch_key(op), ())} == {op.broker}
    for shown in history.metadata.get((history.terms.topic, partition_of(op)), ()):
        late = shown.t_ms > op.t_ms + ISR_SEEN_WITHIN_MS
        if shown.t_ms > op.t_ms and (shown.broker != op.broker or (late and not alone)):
            return
        if shown.t_ms > op.t_ms:
            yield shown


def _unstored_losses(history: History, ids: list[str]) -> Iterable[Loss]:
    """Explain accepted orders that no log holds, by the batches the tap saw and no log holds.

    The tap does not know ids, so this counts: an order can only have been in a batch that left
    after it was handed, and a batch holds only so many. What is left over was never sent.
    """
    joined = acknowledgements(history)
    waiting = sorted((_born(history, order_id), order_id) for order_id in ids)
    batches = [*joined.acknowledged_unstored, *joined.doubtful_unstored]
    matched = allot([born for born, _ in waiting], batches)
    for (_, order_id), op in zip_longest(waiting, matched):
        accepted_ms = history.accepted[order_id]
        if op is None:
            yield Loss(order_id, "never-sent", accepted_ms)
        elif is_acknowledged(op):
            yield Loss(order_id, acknowledged_cause(history, op), op.t_ms, op)
        else:
            yield Loss(order_id, "accepted-without-acknowledgement", accepted_ms, op)


def _born(history: History, order_id: str) -> float:
    return min(history.handed[order_id], history.accepted[order_id])
