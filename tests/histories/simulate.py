"""Plays a run on a model of Kafka, writes its history down, and knows what became of each order.

The model is kept apart from the judge: it moves logs about and never looks at a checker. A run
goes through five phases. Broker 2 leads until it is killed; broker 3 leads from then on, with
whatever its own log holds:

    healthy    every batch is on all three logs
    held       replication is cut, the ISR is still full: only broker 2's log grows
    short      the ISR is broker 2 alone
    dead       nobody leads: nothing reaches a log
    recovered  broker 3 leads, broker 1 follows
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from hypothesis import strategies as st

from histories import words
from judge.history import Op

PHASES = ("healthy", "held", "short", "dead", "recovered")
BEGINS_MS = {"healthy": 10, "held": 410, "short": 710, "dead": 910, "recovered": 3100}
ANSWERS = ("honest", "lie", "silent")
"""honest: accepted by what a broker said. lie: accepted whatever it said. silent: no answer."""


@dataclass(frozen=True, slots=True)
class Move:
    """Some orders, sent in one batch in one phase.

    sent: whether the program sends them at all. heard: whether an answer of the broker reaches
    it. again: whether it sends the batch again after the recovery when it was not acknowledged.
    """

    phase: str
    size: int = 1
    acks: int = -1
    sent: bool = True
    heard: bool = True
    again: bool = False
    answer: str = "honest"


@dataclass(slots=True)
class Truth:
    """What really happened. `lost` is order -> cause; `twice` can be read more than once."""

    lost: dict[str, str] = field(default_factory=dict)
    twice: set[str] = field(default_factory=set)

    @property
    def causes(self) -> Counter[str]:
        """How many orders each cause lost."""
        return Counter(self.lost.values())


class Model:
    """Three logs, one leader, one program; `play` runs moves through it."""

    def __init__(self, floor: int) -> None:
        self.floor = floor
        self.ops: list[Op] = []
        self.logs: dict[int, list[tuple[int, int, tuple[str, ...]]]] = {1: [], 2: [], 3: []}
        self.acks: dict[str, int] = {}
        self.answers: dict[str, str] = {}
        self.on_the_way: set[str] = set()

    def send(self, move: Move, ids: tuple[str, ...], phase: str, at: int) -> bool:
        """Send one batch; True when its sender knows that it is stored."""
        if phase == "dead":
            return False
        self.on_the_way.update(ids)
        where = {"healthy": (1, 2, 3), "recovered": (1, 3)}.get(phase, (2,))
        by = 3 if phase == "recovered" else 2
        alone = phase in ("held", "short")
        below = alone and move.acks == -1 and self.floor > 1
        if below and phase == "short":
            return self._refuse(move, ids, by, at, "NOT_ENOUGH_REPLICAS")
        offset = self._append(where, ids, 5 if by == 3 else 4)
        # While the ISR is full and replication is cut, acks=all waits until the ISR has shrunk.
        at = at + 300 if phase == "held" and move.acks == -1 else at
        if below:
            return self._refuse(move, ids, by, at, "NOT_ENOUGH_REPLICAS_AFTER_APPEND")
        if not move.heard or move.acks == 0:
            self.ops += words.unanswered(*ids, acks=move.acks, by=by, at=at)
            return False
        self.ops += words.acknowledged(*ids, acks=move.acks, by=by, offset=offset, at=at)
        for order_id in ids:
            self.acks.setdefault(order_id, move.acks)
        return True

    def _refuse(self, move: Move, ids: tuple[str, ...], by: int, at: int, error: str) -> bool:
        if move.heard:
            self.ops += words.turned_away(*ids, error=error, acks=move.acks, by=by, at=at)
        else:
            self.ops += words.unanswered(*ids, acks=move.acks, by=by, at=at)
        return False

    def _append(self, where: tuple[int, ...], ids: tuple[str, ...], epoch: int) -> int:
        offset = max((o + len(i) for o, _, i in self.logs[where[-1]]), default=0)
        for broker in where:
            self.logs[broker].append((offset, epoch, ids))
        return offset

    def reply(self, ids: tuple[str, ...], known: bool, answer: str, at: int) -> None:
        """Let the program answer its orders."""
        if answer == "silent":
            return
        said = "accepted" if known or answer == "lie" else "refused"
        self.ops += (words.accepted if said == "accepted" else words.refused)(*ids, at=at)
        self.answers.update(dict.fromkeys(ids, said))

    def end(self) -> None:
        """Read everything back and look at every disk."""
        listed: set[tuple[int, tuple[str, ...]]] = set()
        for broker, log in self.logs.items():
            for offset, epoch, ids in log:
                ops = words.stored(*ids, on=[broker], offset=offset, epoch=epoch)
                if (offset, ids) in listed:
                    ops = [words.without_ids(op) for op in ops]
                listed.add((offset, ids))
                self.ops += ops
        for offset, _, ids in self.logs[3]:
            self.ops += words.read(*ids, offset=offset)
        self.ops += words.read(end=max((o + len(i) for o, _, i in self.logs[3]), default=0))
        self.ops += words.log_ends(dead=[2], b1=self._end(1), b2=self._end(2), b3=self._end(3))

    def _end(self, broker: int) -> int:
        return max((o + len(i) for o, _, i in self.logs[broker]), default=0)

    def truth(self) -> Truth:
        """What became of the orders, out of the model's own logs."""
        copies = Counter(order_id for _, _, ids in self.logs[3] for order_id in ids)
        found = Truth(twice={order_id for order_id, many in copies.items() if many > 1})
        gone = [i for i in (*self.answers, *self.acks) if not copies[i]]
        for order_id in dict.fromkeys(gone):
            said = self.answers.get(order_id)
            if order_id in self.acks and said != "refused":
                by = self.acks[order_id]
                how = "leader-only" if by == 1 else "short-isr"
                found.lost[order_id] = f"acknowledged-by-{how}"
            elif said == "accepted":
                sent = order_id in self.on_the_way
                found.lost[order_id] = "accepted-without-acknowledgement" if sent else "never-sent"
        return found


def play(moves: Sequence[Move], floor: int = 2) -> tuple[list[Op], Truth]:
    """The history of these moves, gates and all, and the truth. Orders are served at the end."""
    model = Model(floor)
    later: list[tuple[Move, tuple[str, ...]]] = []
    clock = dict(BEGINS_MS)
    for number, move in enumerate(sorted(moves, key=lambda m: PHASES.index(m.phase))):
        ids = tuple(f"o{number:02d}{letter}" for letter in "abcd"[: move.size])
        at = clock[move.phase] = clock[move.phase] + 9
        # A key each: what is sent again later would else be out of order, and rightly so.
        model.ops += words.handed(*ids, at=at, key=f"cust-{number}")
        known = move.sent and model.send(move, ids, move.phase, at + 4)
        if not known and move.sent and move.again:
            later.append((move, ids))
        else:
            model.reply(ids, known, move.answer, at + 320)
    for move, ids in later:
        at = clock["recovered"] = clock["recovered"] + 9
        known = model.send(move, ids, "recovered", at)
        model.reply(ids, known, move.answer, at + 5)
    served = [f"s{number:03d}" for number in range(40)]
    for number, order_id in enumerate(served):
        at = 4000 + number * 20
        model.ops += words.handed(order_id, at=at)
        model.reply((order_id,), model.send(Move("recovered"), (order_id,), "recovered", at + 5),
                    "honest", at + 6)  # fmt: skip
    model.end()
    isr = [*words.led_by(2, [2], at=700)]
    settings = {"topic": {"min.insync.replicas": str(floor)}}
    return words.history(words.sound_run(), isr, model.ops, settings=settings), model.truth()


def moves(**fixed: object) -> st.SearchStrategy[list[Move]]:
    """Up to a dozen moves; `fixed` gives the values a field may take."""
    fields: dict[str, st.SearchStrategy[object]] = {
        "phase": st.sampled_from(PHASES),
        "size": st.integers(1, 4),
        "acks": st.sampled_from((-1, 1, 0)),
        "sent": st.booleans(),
        "heard": st.booleans(),
        "again": st.booleans(),
        "answer": st.sampled_from(ANSWERS),
    }
    fields |= {name: st.sampled_from(values) for name, values in fixed.items()}
    return st.lists(st.builds(Move, **fields), max_size=12)


def clean_moves() -> st.SearchStrategy[list[Move]]:
    """What a correct program does: acks=all and an answer by what the brokers said.

    It may send again after an error that says it was not stored, not after silence: a copy may
    be in the log already.
    """
    return st.lists(
        st.one_of(
            st.builds(
                Move,
                phase=st.sampled_from(PHASES),
                size=st.integers(1, 4),
                heard=st.booleans(),
            ),
            st.builds(
                Move,
                phase=st.sampled_from(("held", "short", "dead", "recovered")),
                size=st.integers(1, 4),
                again=st.just(True),
            ),
            st.builds(Move, phase=st.just("healthy"), acks=st.sampled_from((1, -1))),
        ),
        max_size=12,
    )
