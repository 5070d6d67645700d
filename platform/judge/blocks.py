"""The timed blocks of a load, two arms against each other in pairs."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import fmean

from judge.history import Op
from judge.index import History

BASELINE, CANDIDATE = "baseline", "candidate"
CONTROL = ("a", "b")
"""Two arms with one and the same configuration: what differs between them is the machine."""

IN_THE_LOG = ("batches", "disk_bytes")
"""Counts that were read from the leader's log."""

RATES = ("throughput",)
"""Measures of which more is better. Of every other, less is."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two arms of one pair, and how often better the second was; 1.0 is no difference."""

    name: int
    ratio: float
    t_ms: float


def blocks(history: History, *arms: str) -> list[Op]:
    """The blocks of these arms, in order of time."""
    ops = history.rare_ops("load", "block")
    return [op for op in ops if (op.detail or {}).get("arm") in arms]


def pairs(history: History, measure: str, first: str, second: str) -> list[Pair]:
    """How often better `second` was than `first` by `measure`, for each pair that has both.

    A pair may hold several blocks of an arm, as one of ABBA does; their mean counts. A block
    without the measure, or with none above 0, makes its pair worthless.
    """
    by_pair: dict[int, dict[str, list[float]]] = {}
    ended_ms: dict[int, float] = {}
    for op in blocks(history, first, second):
        detail = op.detail or {}
        name = int(detail.get("pair", 0))
        found = by_pair.setdefault(name, {first: [], second: []})
        found[detail["arm"]].append(measured(op, measure) if op.type == "ok" else 0.0)
        ended_ms[name] = op.t_ms
    rows = []
    for name, found in sorted(by_pair.items()):
        one, other = found[first], found[second]
        if one and other and min(*one, *other) > 0:
            ratio = fmean(other) / fmean(one) if measure in RATES else fmean(one) / fmean(other)
            rows.append(Pair(name, ratio, ended_ms[name]))
    return rows


def measured(op: Op, measure: str) -> float:
    """One measure of a block; 0 where the block does not tell.

    `throughput` is records a second; a name ending in `_per_record`, such as
    `disk_bytes_per_record`, divides that count by its records; every other name is one of the
    block's own, such as `p50_ms`.
    """
    detail = op.detail or {}
    if measure == "throughput":
        spent_s = number(detail.get("seconds"))
        return number(detail.get("records")) / spent_s if spent_s > 0 else 0.0
    if measure.endswith("_per_record"):
        count = measure.removesuffix("_per_record")
        among = records_of(op, count)
        return number(detail.get(count)) / among if among else 0.0
    return number(detail.get(measure))


def records_of(op: Op, count: str) -> float:
    """How many records of a block a count of it is about.

    A block sends a burst, which is timed, and then paced records. What lies in the log is
    counted for the paced ones, where there are any: a burst fills batches with any settings.
    """
    detail = op.detail or {}
    paced = number(detail.get("paced")) if count in IN_THE_LOG else 0.0
    return paced or number(detail.get("records"))


def number(value: object) -> float:
    """A number as such; 0 for anything else."""
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else 0.0
