"""The keys of every fault that a scenario may inject, read and checked before anything starts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from judge import network_fault_options as network
from judge import tap_fault_options as tap
from judge.fields import Fields
from judge.target_options import target_options

Options = dict[str, Any]
ReadOptions = Callable[[Fields], Options]


def no_options(_row: Fields) -> Options:
    """A fault that has nothing to set."""
    return {}


FAULT_OPTIONS: Mapping[str, ReadOptions] = {
    "hold_replication": no_options,
    "isolate_broker": target_options,
    "kill_broker": target_options,
    "lost_acknowledgement": tap.lost_acknowledgement,
    "overtaken_batch": tap.overtaken_batch,
    "partition_brokers": network.partition_brokers,
    "reset_after_append": tap.reset_after_append,
}
"""Fault → the function that reads its keys. docs/faults.md lists them with mechanism and proof."""

FAULTS = tuple(FAULT_OPTIONS)
