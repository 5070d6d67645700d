"""The keys of every fault that a scenario may inject, read and checked before anything starts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from judge.fields import Fields
from judge.tap_fault_options import lost_acknowledgement, overtaken_batch, reset_after_append
from judge.target_options import target_options

Options = dict[str, Any]
ReadOptions = Callable[[Fields], Options]


def no_options(_row: Fields) -> Options:
    """A fault that has nothing to set."""
    return {}


FAULT_OPTIONS: Mapping[str, ReadOptions] = {
    "hold_replication": no_options,
    "kill_broker": target_options,
    "lost_acknowledgement": lost_acknowledgement,
    "overtaken_batch": overtaken_batch,
    "reset_after_append": reset_after_append,
}
"""Fault → the function that reads its keys. docs/faults.md lists them with mechanism and proof."""

FAULTS = tuple(FAULT_OPTIONS)
