"""Plays a program that copies one topic into another, and knows what became of each record.

The program works in turns: it takes some records from where the group stands, writes their
copies, and the turn ends well or badly. How it writes and commits is its manner:

    careful       copies and offsets in one transaction; after a failure it begins again
    outside       copies in a transaction, offsets committed by themselves before its end
    plain         no transaction; offsets committed after the copies are written
    early         no transaction; offsets committed before anything is written
    forgetful     copies and offsets in one transaction; after an abort it goes on regardless
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from hypothesis import strategies as st

from histories import copying, words
from judge.history import Op

MANNERS = ("careful", "outside", "plain", "early", "forgetful")


@dataclass(frozen=True, slots=True)
class Turn:
    """Some records of one partition, and whether the turn is cut off before its end.

    told: whether our own producer heard that its records are stored.
    """

    size: int = 1
    partition: int = 0
    cut: bool = False
    told: bool = True


@dataclass(slots=True)
class Truth:
    """Input records without a committed copy, and those with more than one."""

    lost: set[str] = field(default_factory=set)
    twice: set[str] = field(default_factory=set)
    aborted: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Copier:
    """One input, one output partition, one group; `play` runs turns through it."""

    manner: str
    ops: list[Op] = field(default_factory=list)
    end: int = 0
    at: float = 1000.0
    pid: int = 7
    copies: dict[str, int] = field(default_factory=dict)
    aborted: set[str] = field(default_factory=set)

    def turn(self, ids: list[str], first: int, turn: Turn) -> bool:
        """Copy these, which begin at `first` of the partition; True when the group moved on."""
        self.at += 50
        if self.manner == "early":
            self._commit(first + len(ids), turn, None)
            if not turn.cut:
                self._write(ids, None)
            return True
        if self.manner == "plain":
            self._write(ids, None)
            if not turn.cut:
                self._commit(first + len(ids), turn, None)
            return not turn.cut
        self._write(ids, self.pid)
        inside = None if self.manner == "outside" else "copier-1"
        if not turn.cut or self.manner == "outside":
            self._commit(first + len(ids), turn, inside)
        self._mark(not turn.cut, ids)
        if not turn.cut and inside:
            self.ops += copying.in_force(
                first + len(ids), at=self.at + 20, partition=turn.partition
            )
        return not turn.cut or self.manner != "careful"

    def _write(self, ids: list[str], pid: int | None) -> None:
        batch = copying.written(*ids, offset=self.end, pid=pid)
        sent = words.acknowledged(*ids, offset=self.end, at=self.at + 5)
        detail = {**(sent[0].detail or {}), "pid": pid if pid is not None else -1}
        self.ops += [*batch, replace(sent[0], detail=detail)]
        self.end += len(ids)
        if pid is None:
            self._count(ids)

    def _mark(self, well: bool, ids: list[str]) -> None:
        self.ops += copying.end_asked(self.pid, at=self.at + 15, commit=well)
        self.ops += copying.marked("commit" if well else "abort", self.pid, self.end)
        self.end += 1
        if well:
            self._count(ids)
        else:
            self.aborted.update(ids)

    def _count(self, ids: list[str]) -> None:
        for order_id in ids:
            self.copies[order_id] = self.copies.get(order_id, 0) + 1

    def _commit(self, offset: int, turn: Turn, txn: str | None) -> None:
        self.ops += copying.committed(offset, at=self.at + 10, partition=turn.partition, txn=txn)


def play(
    turns: list[Turn], manner: str = "careful", **changed: object
) -> tuple[list[Op], Truth]:
    """The history of these turns, everything read back, and what really became of the records.

    A careful or plain program takes a turn that was cut off again until it ends well. `changed`
    are terms of the run.
    """
    copier, truth = Copier(manner), Truth()
    told: dict[str, bool] = {}
    ends: dict[int, int] = {}
    for number, turn in enumerate(turns):
        ids = [f"o{number:02d}{letter}" for letter in "abcdefgh"[: turn.size]]
        first = ends.get(turn.partition, 0)
        ends[turn.partition] = first + len(ids)
        at = 100.0 + number
        copier.ops += copying.put(
            *ids, offset=first, partition=turn.partition, at=at, told=turn.told
        )
        told.update(dict.fromkeys(ids, turn.told))
        if not copier.turn(ids, first, turn):
            copier.turn(ids, first, replace(turn, cut=False))
    _read_back(copier)
    truth.lost = {i for i, sure in told.items() if sure and not copier.copies.get(i)}
    truth.twice = {i for i, count in copier.copies.items() if count > 1 and told[i]}
    truth.aborted = copier.aborted
    terms = {"input_topic": copying.INPUT, "isolation": "read_committed"} | changed
    return words.history(words.sound_run(), copier.ops, **terms), truth


def _read_back(copier: Copier) -> None:
    """What a read_committed reader gets: batches outside transactions and committed ones."""
    marks = sorted(
        {(op.offset, (op.detail or {})["outcome"]) for op in copier.ops if op.f == "marker"}
    )
    for op in [op for op in copier.ops if op.f == "stored" and op.ids]:
        inside = (op.detail or {}).get("txn")
        outcome = next((said for offset, said in marks if offset >= op.offset), "commit")
        if not inside or outcome == "commit":
            copier.ops += copying.read_committed(*op.ids, offset=op.offset)[:1]
    copier.ops += copying.read_committed(end=copier.end)


def turns(**fixed: object) -> st.SearchStrategy[list[Turn]]:
    """Up to eight turns; `fixed` gives the values that a field may take."""
    fields: dict[str, st.SearchStrategy[object]] = {
        "size": st.integers(1, 4),
        "partition": st.integers(0, 1),
        "cut": st.booleans(),
        "told": st.booleans(),
    }
    fields |= {name: st.sampled_from(values) for name, values in fixed.items()}
    return st.lists(st.builds(Turn, **fields), min_size=1, max_size=8)
