"""What the faults that cut nodes from nodes share: cut, prove it from both ends, and mend it."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from judge.errors import JudgeError
from judge.inside.clients import admin
from judge.inside.cuts import PORTS, calls, cut_apart, pairs
from judge.inside.informed import all_informed
from judge.inside.network import bootstrap, broker_ip
from judge.inside.reach import CONNECTED, SILENT, Trial, try_all
from judge.inside.run_state import RunState
from judge.inside.trust import Pair
from judge.waiting import wait_until

TRAFFIC_TIMEOUT_S = 5.0
"""Followers fetch and brokers say that they live several times a second."""

SILENCE_S = 0.3
CONNECT_TIMEOUT_S = 5.0

NEWS_TIMEOUT_S = 60.0
"""As long as a kernel without a bound on its retries may keep a connection silent: 24 s after a
cut of 30 s. Where there is the bound it takes a second or two."""

_numbers = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Sides:
    """Who is cut from whom: on which ports, and whether the second side may still call."""

    first: tuple[int, ...]
    second: tuple[int, ...]
    ports: tuple[str, ...]
    one_way: bool = False

    @property
    def smaller(self) -> tuple[int, ...]:
        """Who is drawn as cut off: the fewer, and the first of two sides of one size."""
        return min(self.first, self.second, key=len)

    def matches(self) -> list[str]:
        """The packets that are dropped."""
        how = calls if self.one_way else cut_apart
        return how(self.first, self.second, self.ports)

    def cut(self) -> list[Pair]:
        """Who can no longer call whom."""
        back = [] if self.one_way else pairs(self.second, self.first)
        return sorted({*pairs(self.first, self.second), *back})

    def spared(self) -> list[Pair]:
        """Who can still call whom although the answer's way is the cut one."""
        return sorted({*pairs(self.second, self.first)} - {*self.cut()})


class NodeCut:
    """A cut between two sides of nodes, in the bridge; a subclass says which sides.

    Connections stay open and go silent. The proof has two parts: packets that the nodes sent
    by themselves were dropped, and a connection tried from each end gets no answer.
    """

    broker: int | None = None
    lasting = True

    def __init__(self) -> None:
        self._rule = f"node_cut_{next(_numbers)}"
        self._sides: Sides | None = None

    def sides(self, run: RunState) -> Sides:
        """Who is to be cut from whom, asked of the cluster now."""
        raise NotImplementedError

    def inject(self, run: RunState) -> dict[str, Any]:
        """Cut, and prove it. Raises JudgeError `fault-had-no-effect`."""
        sides = self._sides = self.sides(run)
        self._await_connected(run, sides.cut(), "before the cut")
        # Before the cut: whoever is believed wrongly even for a moment has told an old tale.
        if "controller" in sides.ports:
            run.cut_calls[self._rule] = frozenset(sides.cut())
        run.stage.network.cut(self._rule, sides.matches())
        self._ask_who_knows(run)
        run.cut_brokers |= {*sides.smaller}
        wait_until(
            lambda: run.stage.network.dropped(self._rule) > 0,
            TRAFFIC_TIMEOUT_S,
            "nothing that the brokers sent by themselves ran into the cut",
            code="fault-had-no-effect",
        )
        dropped = run.stage.network.dropped(self._rule)
        silent = self._require_silence(run, sides)
        return {
            "from": list(sides.first),
            "to": list(sides.second),
            "ports": list(sides.ports),
            "one_way": sides.one_way,
            "frames_dropped": dropped,
            "silent": silent,
        }

    def heal(self, run: RunState) -> dict[str, Any]:
        """Take the cut away, and prove that everybody is reached again and hears the news.

        Raises JudgeError `fault-not-healed`.
        """
        assert self._sides is not None  # noqa: S101
        network = run.stage.network
        dropped = network.dropped(self._rule)
        network.heal(self._rule)
        cut = [pair for pair in self._sides.cut() if run.stage.brokers.alive(pair[1])]
        self._await_connected(run, cut, "after the cut was healed", code="fault-not-healed")
        self._await_informed(run)
        run.cut_brokers -= {*self._sides.smaller}
        return {"frames_dropped": dropped, "connected": self._tried(run, cut)}

    def _await_informed(self, run: RunState) -> None:
        """Whoever was not believed is believed again once it tells what the others tell."""
        doubted = run.unheard()
        mine = run.cut_calls.pop(self._rule, None)
        freed = (doubted - run.unheard()) & {*run.alive_brokers()}
        informed = {*run.alive_brokers()} - doubted
        if mine is None or not freed or not informed:
            return
        run.cut_calls[self._rule] = mine
        wait_until(
            lambda: all_informed(run, freed, informed),
            NEWS_TIMEOUT_S,
            f"what the brokers {sorted(freed)} tell stayed old",
            code="fault-not-healed",
            step_s=0.2,
        )
        del run.cut_calls[self._rule]

    def _ask_who_knows(self, run: RunState) -> None:
        """A client goes on asking the broker it asked before, so the run's is made anew."""
        if unheard := run.unheard():
            informed = [broker for broker in run.alive_brokers() if broker not in unheard]
            run.admin = admin(bootstrap(informed or run.alive_brokers()))

    def _require_silence(self, run: RunState, sides: Sides) -> list[list[int]]:
        """Try to call across the cut; returns who tried whom in vain."""
        found = self._try(run, sides.cut(), SILENCE_S)
        loud = [trial for trial, state in found if state != SILENT]
        if loud:
            text = f"{loud[0].host}:{loud[0].port} could be reached across the cut"
            raise JudgeError("fault-had-no-effect", text)
        self._await_connected(run, sides.spared(), "by the way back, which is not cut")
        return self._tried(run, sides.cut())

    def _tried(self, run: RunState, who: Sequence[Pair]) -> list[list[int]]:
        """Of these, the pairs of which the second listens on a port that is cut."""
        assert self._sides is not None  # noqa: S101
        ports = self._sides.ports
        return [[a, b] for a, b in who if any(_listens(run, b, port) for port in ports)]

    def _await_connected(
        self, run: RunState, who: Sequence[Pair], when: str, code: str = "fault-had-no-effect"
    ) -> None:
        wait_until(
            lambda: all(state == CONNECTED for _, state in self._try(run, who, SILENCE_S)),
            CONNECT_TIMEOUT_S,
            f"a node could not be reached {when}",
            code=code,
        )

    def _try(
        self, run: RunState, who: Sequence[Pair], timeout_s: float
    ) -> list[tuple[Trial, str]]:
        assert self._sides is not None  # noqa: S101
        trials = [
            Trial(run.stage.network.ns_of(a), broker_ip(b), PORTS[port])
            for a, b in who
            for port in self._sides.ports
            if _listens(run, b, port)
        ]
        return list(zip(trials, try_all(trials, timeout_s), strict=True))


def _listens(run: RunState, node: int, port: str) -> bool:
    shape = run.stage.brokers.shape
    return node in shape.voter_ids if port == "controller" else node in shape.ids
