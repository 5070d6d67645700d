"""Every checker, by the name a lab's `promises` use: the next is added by copying a neighbour.

A checker is a pure function `check(history, **options) -> CheckResult`, named after the promise
it tests. It reads the indexed history, does no I/O and looks at no clock, so a stored history
gives the same result for ever.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from judge.checkers import availability, duplicates, lost_writes, program
from judge.verdict import CheckResult

Check = Callable[..., CheckResult]

CHECKERS: Mapping[str, Check] = {
    "program": program.check,
    "lost_writes": lost_writes.check,
    "duplicates": duplicates.check,
    "availability": availability.check,
}
"""Name of the promise -> the function that tests it, in the order reports list them."""

PROMISES = tuple(CHECKERS)
"""What a lab may promise; `judge.lab` refuses other words."""
