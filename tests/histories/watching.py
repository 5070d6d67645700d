"""Words for what a monitoring system sees: partitions that change, brokers that are fenced."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import count
from typing import Any

from histories import words
from histories.words import TOPIC
from judge.history import Op

Ops = list[Op]
_OFFSETS = count(1)
"""Places in the metadata log, in the order in which the words are said."""


def decided(
    at: float,
    leader: int | None,
    isr: Iterable[int],
    election: str | None = None,
    partition: int = 0,
    offset: int | None = None,
) -> Ops:
    """The controller changes a partition; later in its log than what was said before."""
    place = next(_OFFSETS) if offset is None else offset
    detail = {"isr": list(isr), "election": election, "offset": place}
    return [
        Op(at, "metadata", "info", "partition_change", topic=TOPIC, partition=partition,
           broker=leader, detail=detail)
    ]  # fmt: skip


def fenced(broker: int, at: float, fenced: bool = True) -> Ops:
    """The controller shuts a broker out, or lets it in again."""
    detail = {"fenced": fenced, "offset": next(_OFFSETS)}
    return [Op(at, "metadata", "info", "fencing", broker=broker, detail=detail)]


def back(broker: int, at: float) -> Ops:
    """The controller lets a broker in again."""
    return fenced(broker, at, fenced=False)


def begun(fault: str, at: float, **asked: Any) -> Ops:
    """A fault is begun; `alert`, `alert_within_s`, `optional` and, as `known_as`, its name."""
    if "known_as" in asked:
        asked["as"] = asked.pop("known_as")
    return [Op(at, "fault", "invoke", fault, detail=asked or None)]


def proved(fault: str, at: float, *brokers: int) -> Ops:
    """It took hold of these brokers; of none that is named, where none is."""
    detail = {"brokers": list(brokers)} if len(brokers) > 1 else None
    only = brokers[0] if len(brokers) == 1 else None
    return [Op(at, "fault", "ok", fault, broker=only, detail=detail)]


def healed(known_as: str, at: float) -> Ops:
    """It was ended."""
    return [Op(at, "fault", "info", "healed", detail={"fault": known_as})]


def whole(at: float = 10) -> Ops:
    """One partition, led by broker 1, all three in sync: how every run begins."""
    return decided(at, 1, (1, 2, 3), offset=0)


def patched(at: float = 10_000.0, **asked: Any) -> Ops:
    """One broker is away for four seconds, as on a patch day."""
    return [
        *begun("restart_broker", at, **({"alert": "quiet"} | asked)),
        *decided(at + 100, 1, (1, 2)),
        *fenced(3, at + 110),
        *proved("restart_broker", at + 200, 3),
        *back(3, at + 3900),
        *decided(at + 4000, 1, (1, 2, 3)),
        *healed(asked.get("known_as", "restart_broker"), at + 4100),
    ]


def dark(at: float = 30_000.0, for_ms: float = 12_000.0, **asked: Any) -> Ops:
    """Two brokers are dead until they are started again."""
    return [
        *begun("kill_brokers", at, **({"alert": "page", "alert_within_s": 10} | asked)),
        *proved("kill_brokers", at + 50, 2, 3),
        *decided(at + 1500, 1, (1,), election="clean"),
        *fenced(2, at + 1500),
        *fenced(3, at + 1500),
        *begun("start_broker", at + for_ms),
        *back(2, at + for_ms + 2000),
        *back(3, at + for_ms + 2000),
        *decided(at + for_ms + 2500, 1, (1, 2)),
        *decided(at + for_ms + 3000, 1, (1, 2, 3)),
        *proved("start_broker", at + for_ms + 3100, 2, 3),
    ]


def watched(
    *parts: Iterable[Op], rules: str | None = "", until: float = 60_000, **terms: Any
) -> Ops:
    """A run of three brokers with a floor of two, and an order at its very end."""
    told: dict[str, Any] = {"rules": rules, "brokers": 3, "promises": ("alerts",), "canaries": {}}
    return words.history(whole(), *parts, words.handed("o-last", at=until), **{**told, **terms})
