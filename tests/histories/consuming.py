"""Words for programs that read a topic: what they processed and committed, and when they broke."""

from __future__ import annotations

from histories.words import TOPIC, Ops, handed_in_turn, read, stored
from judge.history import Op

GROUP = "billing"


def topic_of(*ids: str, at: float = 100) -> Ops:
    """Our producer filled the judged topic with these, from offset 0, and they can be read."""
    return [*handed_in_turn(*ids, at=at), *stored(*ids), *read(*ids)]


def processed(*ids: str, at: float = 1000, by: str = "worker") -> Ops:
    """The program did its deed for each of these, one a millisecond."""
    detail = {"program": by}
    return [
        Op(at + n, "program", "ok", "processed", id=i, detail=detail) for n, i in enumerate(ids)
    ]


def committed(offset: int, at: float, group: str = GROUP, partition: int = 0) -> Ops:
    """The tap saw the broker's yes to this commit reach the program."""
    return [
        Op(at, "tap", "ok", "commit", id=group, topic=TOPIC, partition=partition, offset=offset)
    ]


def coordinator_says(offset: int, at: float, group: str = GROUP, partition: int = 0) -> Ops:
    """The coordinator was asked what is committed."""
    return [
        Op(at, "group", "info", "committed", id=group, topic=TOPIC, partition=partition,
           offset=offset)
    ]  # fmt: skip


def broke(at: float, by: str = "worker", reason: str = "killed-by-us") -> Ops:
    """The program ended."""
    detail = {"program": by, "reason": reason}
    return [Op(at, "program", "info", "exit", error=reason, detail=detail)]


def paused(at: float, by: str = "worker") -> Ops:
    """The program was stopped for a while, provably."""
    return [Op(at, "fault", "ok", "pause_program", detail={"program": by})]
