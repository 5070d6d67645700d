"""Input records with several committed copies: where those lie, and how that came."""

from __future__ import annotations

from dataclasses import dataclass

from judge.acknowledgements import acknowledgements
from judge.committed_reads import committed_reads
from judge.group_commits import commits
from judge.index import BatchKey, History, offset_at, partition_at, sent_ms
from judge.transactions import outcomes

NEVER_SEEN = float("inf")


@dataclass(frozen=True, slots=True)
class Doubled:
    """An input record and the places of its copies, in order.

    sent_ms: when the last copy left the program, NEVER_SEEN where the tap saw none leave.
    outcomes: how the transaction of each copy ended; "" for one outside any.
    """

    id: str
    cause: str
    places: tuple[int, ...]
    sent_ms: float
    outcomes: tuple[str, ...]


def copied_twice(history: History) -> list[Doubled]:
    """Every input record that a read_committed reader got more than one copy of, by id."""
    reads, by_batch = committed_reads(history), acknowledgements(history).by_batch
    ids = sorted(i for i in reads.again if i in history.filled)
    found = history.places_of(set(ids))
    rows = []
    for order_id in ids:
        places = sorted({reads.first[order_id], *reads.again[order_id]})
        batches = _batches_at(history, places, {key for key, _ in found.get(order_id, ())})
        tries = [op for key in batches for op in by_batch.get(key, ())]
        rows.append(
            Doubled(
                order_id,
                _cause(history, batches),
                tuple(places),
                max((sent_ms(op) for op in tries), default=NEVER_SEEN),
                tuple(outcomes(history).get(key, "") for key in batches),
            )
        )
    return rows


def _batches_at(history: History, places: list[int], found: set[BatchKey]) -> list[BatchKey]:
    """The stored batch of each place that the reader found a copy at, as far as logs tell."""
    batches: list[BatchKey] = []
    gone = history.gone_brokers
    for place in places:
        around = sorted(
            key
            for key in found
            if key[0] == partition_at(place)
            and 0 <= offset_at(place) - key[1] < history.counts.get(key, len(history.ids[key]))
        )
        # Where logs parted, the one that the reader read is on a broker that lives.
        living = [k for k in around if any(broker not in gone for broker, _ in history.copies[k])]
        batches += (living or around)[:1]
    return batches


def _cause(history: History, batches: list[BatchKey]) -> str:
    """The earliest thing that let it happen: one write of both, no transaction, its offsets."""
    if len(set(batches)) < len(batches) or not batches:
        return "written-twice"
    ended = outcomes(history)
    if any(key not in ended for key in batches):
        return "not-transactional"
    inside = any(commit.in_transaction for rows in commits(history).values() for commit in rows)
    return "written-twice" if inside else "offsets-outside-the-transaction"
