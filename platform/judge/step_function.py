"""A value that changes at moments and stays between them, as a metric of a stored history does."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StepFunction:
    """`values[i]` holds from `moments[i]` on; before the first moment it is `values[0]`."""

    moments: tuple[float, ...]
    values: tuple[float, ...]

    def at(self, t_ms: float) -> float:
        """The value at a moment, a change at that very moment included."""
        return self.values[max(0, bisect_right(self.moments, t_ms) - 1)]

    def most(self, from_ms: float, to_ms: float) -> float:
        """The largest value from one moment to another, both included."""
        first = max(0, bisect_right(self.moments, from_ms) - 1)
        return max(self.values[first : max(bisect_right(self.moments, to_ms), first + 1)])

    def first(self, wanted: float, from_ms: float) -> float | None:
        """The first moment, not before `from_ms`, at which it has this value; None if never."""
        if self.at(from_ms) == wanted:
            return from_ms
        later = range(bisect_left(self.moments, from_ms), len(self.moments))
        return next((self.moments[i] for i in later if self.values[i] == wanted), None)


def exact_ms(t_ms: float) -> float:
    """A moment in whole microseconds: to go back by what one went forward must lead home."""
    return round(t_ms, 3)


def steps(changes: Iterable[tuple[float, float]], begin: float = 0.0) -> StepFunction:
    """The function that is `begin` at 0 ms and changes to each value at its moment, in order.

    Of several changes at one moment the last counts.
    """
    moments, values = [0.0], [float(begin)]
    for t_ms, value in changes:
        # Clocks of several nodes may differ by a hair: what comes later never happened before.
        at_ms = max(exact_ms(t_ms), moments[-1])
        if at_ms > moments[-1]:
            moments.append(at_ms)
            values.append(float(value))
        values[-1] = float(value)
        if len(values) > 1 and values[-1] == values[-2]:
            moments.pop()
            values.pop()
    return StepFunction(tuple(moments), tuple(values))


def counted(moments: Iterable[float]) -> StepFunction:
    """How often something has happened, by its moments in any order."""
    return steps((t_ms, count) for count, t_ms in enumerate(sorted(moments), start=1))
