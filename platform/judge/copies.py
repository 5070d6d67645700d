"""What became of input records of which the output has no committed copy."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from judge.abandoned import left_open
from judge.acknowledgements import acknowledgements
from judge.at_work import cut_off_at_work
from judge.committed_reads import committed_reads
from judge.group_commits import Commit, commits
from judge.index import BatchKey, History, offset_at, partition_at, sent_ms, spot
from judge.transactions import (
    ABORT,
    COMMIT,
    OPEN,
    UNKNOWN,
    Session,
    committing,
    in_doubt,
    outcomes,
    session_of_batch,
)


@dataclass(frozen=True, slots=True)
class CopyLoss:
    """An input record without a copy: why, when that was sealed, and what shows it.

    commit: the earliest commit beyond the record; batch: where a copy of it lies all the same.
    """

    id: str
    cause: str
    t_ms: float
    commit: Commit | None = None
    batch: BatchKey | None = None


LEFT_OVER = ("not-copied", "never-committed", "aborted-only")
"""Causes that a program which is cut off at its work may still have mended."""


@dataclass(slots=True)
class Uncopied:
    """Input records that nobody reading as read_committed gets a copy of.

    lost: there is none for certain. hidden: a committed copy lies above what can be read.
    unexplained: the history cannot tell whose doing it is. unfinished: the program was still at
    work and had not come that far, on a machine that was too busy to blame it.
    """

    lost: list[CopyLoss] = field(default_factory=list)
    unfinished: list[CopyLoss] = field(default_factory=list)
    hidden: list[str] = field(default_factory=list)
    unexplained: list[str] = field(default_factory=list)


def uncopied(history: History) -> Uncopied:
    """Sort the input records without a readable copy; all empty when nobody read the output."""
    result, reads = Uncopied(), committed_reads(history)
    if not reads.ends:
        return result
    missing = {i for i in history.filled if i not in reads.first}
    places = history.places_of(missing)
    asked = {spot(key[0], offset) for found in places.values() for key, offset in found}
    taken = asked.intersection(reads.first.values()) if asked else asked
    story, busy = _Story(history), cut_off_at_work(history)
    for order_id in missing:
        found = places.get(order_id, [])
        states: dict[str, BatchKey] = {}
        for key, offset in found:
            states.setdefault(_state(history, key, offset, taken), key)
        loss = story.of(order_id, states)
        if loss is None:
            (result.hidden if "hidden" in states else result.unexplained).append(order_id)
        elif busy and loss.commit is None and loss.cause in LEFT_OVER:
            result.unfinished.append(loss)
        else:
            result.lost.append(loss)
    result.lost.sort(key=lambda loss: (loss.t_ms, loss.id))
    result.hidden.sort()
    result.unexplained.sort()
    return result


def _state(history: History, key: BatchKey, offset: int, taken: set[int]) -> str:
    """What a stored copy that was not read is: abort, open, gone, hidden or unexplained."""
    ended = outcomes(history).get(key, COMMIT)
    if ended in (ABORT, OPEN):
        return ended
    if ended == UNKNOWN:
        return "unexplained"
    live = any(broker not in history.gone_brokers for broker, _ in history.copies[key])
    # In a batch with records that are not ours the exact place of one is not known.
    exact = history.counts.get(key, len(history.ids[key])) == len(history.ids[key])
    if not live or (exact and spot(key[0], offset) in taken):
        return "gone"
    end = committed_reads(history).ends.get(key[0])
    return "hidden" if end is not None and offset >= end else "unexplained"


class _Story:
    """Tells why a record has no copy, by its stored copies and the group's commits."""

    def __init__(self, history: History) -> None:
        self._history = history
        self._commits, self._left_open = commits(history), left_open(history)
        self._read_ms = committed_reads(history).read_ms or history.end_ms
        self._transactional = any(writer[3] for writer in history.writers.values())
        self._doubtful, self._agreed = in_doubt(history), committing(history)

    def of(self, order_id: str, states: dict[str, BatchKey]) -> CopyLoss | None:
        """The loss; None when the copy may be there, or when nobody can say whose doing it is."""
        if "hidden" in states and (held := self._left_open.get(states["hidden"][0])):
            behind, batch = "behind-an-open-transaction", states["hidden"]
            return CopyLoss(order_id, behind, held.broke_ms, batch=batch)
        if "unexplained" in states or "hidden" in states:
            return None
        effective = self._beyond(order_id, outside_only=False)
        plain = self._beyond(order_id, outside_only=True)
        cause = self._cause(states, effective, plain)
        if cause is None:
            return None
        shown = plain if cause == "offsets-outside-the-transaction" else effective
        place = next(iter(states.values()), None)
        return CopyLoss(order_id, cause, self._sealed_ms(shown, place), shown, place)

    def _sealed_ms(self, commit: Commit | None, batch: BatchKey | None) -> float:
        """When it went wrong: at the commit, else when the copy was sent, else at the end."""
        if commit is not None:
            return commit.t_ms
        tries = acknowledgements(self._history).by_batch.get(batch, []) if batch else []
        return min((sent_ms(op) for op in tries), default=self._read_ms)

    def _cause(
        self, states: dict[str, BatchKey], effective: Commit | None, plain: Commit | None
    ) -> str | None:
        if plain and self._transactional and "gone" not in states:
            return "offsets-outside-the-transaction"
        if ABORT in states:
            # The offsets went on in a transaction whose copies were aborted: it was torn, and
            # where its end was in doubt that can happen to anybody.
            doubtful = effective and self._session(states[ABORT]) in self._doubtful
            return None if doubtful else "aborted-only"
        if OPEN in states:
            session = self._session(states[OPEN])
            return None if session in self._doubtful | self._agreed else "never-committed"
        if "gone" in states:
            return "written-then-gone"
        return "committed-before-written" if effective else "not-copied"

    def _session(self, key: BatchKey) -> Session:
        return session_of_batch(self._history, key)

    def _beyond(self, order_id: str, *, outside_only: bool) -> Commit | None:
        """The earliest commit that is in force and lies beyond the record."""
        place = self._history.filled[order_id]
        return first_beyond(
            self._commits.get(partition_at(place), ()), offset_at(place), outside_only
        )


def first_beyond(rows: Iterable[Commit], offset: int, outside_only: bool) -> Commit | None:
    """The earliest of these commits beyond `offset`; `outside_only`: and outside transactions.

    What the coordinator says may stand for a commit of either kind, so only the tap can show
    that one was made outside. One inside counts once the coordinator says it, too.
    """
    for commit in rows:
        known = commit.seen_by == "tap" or not outside_only
        if commit.offset > offset and not commit.in_transaction and known:
            return commit
    return None
