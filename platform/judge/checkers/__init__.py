"""Every checker, by the name a lab's `promises` use: the next is added by copying a neighbour.

A checker is a pure function `check(history, **options) -> CheckResult`, named after the promise
it tests. It reads the indexed history, does no I/O and looks at no clock, so a stored history
gives the same result for ever.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from judge.checkers import (
    aborted_reads,
    alerts,
    availability,
    balance,
    commit_ahead,
    counts,
    diagnosis,
    duplicates,
    effective_config,
    exactly_once_copy,
    forbidden_means,
    inconsistent_offsets,
    latency_budget,
    log_growth,
    lost_writes,
    paired_ratio,
    phantom,
    program,
    rebalance_pause,
    rebuilt_table,
    reordering,
    reprocessed,
    stall,
    stored_writes,
    stuck_group,
    torn_transaction,
    unseen,
    writes_resume,
)
from judge.verdict import CheckResult

Check = Callable[..., CheckResult]

CHECKERS: Mapping[str, Check] = {
    "program": program.check,
    "lost_writes": lost_writes.check,
    "duplicates": duplicates.check,
    "availability": availability.check,
    "reordering": reordering.check,
    "unseen": unseen.check,
    "reprocessed": reprocessed.check,
    "phantom": phantom.check,
    "inconsistent_offsets": inconsistent_offsets.check,
    "exactly_once_copy": exactly_once_copy.check,
    "aborted_reads": aborted_reads.check,
    "torn_transaction": torn_transaction.check,
    "commit_ahead": commit_ahead.check,
    "stuck_group": stuck_group.check,
    "rebalance_pause": rebalance_pause.check,
    "stall": stall.check,
    "rebuilt_table": rebuilt_table.check,
    "log_growth": log_growth.check,
    "balance": balance.check,
    "effective_config": effective_config.check,
    "forbidden_means": forbidden_means.check,
    "paired_ratio": paired_ratio.check,
    "counts": counts.check,
    "latency_budget": latency_budget.check,
    "stored_writes": stored_writes.check,
    "writes_resume": writes_resume.check,
    "diagnosis": diagnosis.check,
    "alerts": alerts.check,
}
"""Name of the promise -> the function that tests it, in the order reports list them."""

PROMISES = tuple(CHECKERS)
"""What a lab may promise; `judge.lab` refuses other words."""

EVERY_REPORT = ("program", "lost_writes", "duplicates", "availability")
"""Checks that each report lists. Another is listed where it is promised or was broken: what
neither concerns a lab nor has anything to say would only be read past, and a report of a stored
history must not grow with every checker that is added."""
