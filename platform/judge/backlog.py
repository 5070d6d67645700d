"""When records waited for a program and nothing was done: the gaps in its progress."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from itertools import pairwise

from judge.group_commits import commits
from judge.index import History, offset_at, partition_at


@dataclass(frozen=True, slots=True)
class Gap:
    """A time in which at least one record waited and none was done. `first`: none had been yet."""

    begin_ms: float
    end_ms: float
    waiting: int
    first: bool = False

    @property
    def length_ms(self) -> float:
        """How long it was."""
        return self.end_ms - self.begin_ms


def gaps(history: History) -> list[Gap]:
    """Every gap, in order of time, up to the end of the program; worked out once.

    A record waits from the moment our producer was told that it is in the topic. It is done when
    it is processed; in a run without side effects, when an offset beyond it is committed.
    """
    if "gaps" not in history.memo:
        history.memo["gaps"] = _gaps(history)
    found: list[Gap] = history.memo["gaps"]
    return found


def until_ms(history: History) -> float:
    """When the program ended; where that was not seen, when the topic was read or the run ended."""
    return history.exit.t_ms if history.exit else history.read_ms or history.end_ms


def _gaps(history: History) -> list[Gap]:
    done = _done_ms(history)
    arrived = sorted(min(t, done.get(i, t)) for i, t in history.filled_ms.items())
    moments = sorted(t for i, t in done.items() if i in history.filled_ms)
    rows: list[Gap] = []
    last_ms = until_ms(history)
    edges = [arrived[0] if arrived else last_ms, *moments, max([last_ms, *moments])]
    for number, (begin, end) in enumerate(pairwise(edges)):
        # So many are done at the beginning of this gap; whatever came beyond them waits.
        came = bisect_right(arrived, begin)
        if came > number:
            rows.append(Gap(begin, end, came - number, number == 0))
        elif came < len(arrived) and arrived[came] < end:
            rows.append(Gap(arrived[came], end, 1, number == 0))
    return [gap for gap in rows if gap.length_ms > 0]


def _done_ms(history: History) -> dict[str, float]:
    if history.processed:
        return {i: min(t for t, _ in moments) for i, moments in history.processed.items()}
    done: dict[str, float] = {}
    by_partition: dict[int, list[tuple[int, str]]] = {}
    for order_id, place in history.filled.items():
        by_partition.setdefault(partition_at(place), []).append((offset_at(place), order_id))
    for partition, rows in by_partition.items():
        rows.sort()
        at = 0
        for commit in commits(history).get(partition, ()):
            while not commit.in_transaction and at < len(rows) and rows[at][0] < commit.offset:
                done[rows[at][1]] = commit.t_ms
                at += 1
    return done
