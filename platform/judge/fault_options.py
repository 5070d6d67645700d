"""The keys of every fault that a scenario may inject, read and checked before anything starts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from judge import network_fault_options as network
from judge import tap_fault_options as tap
from judge.broker_fault_options import kill_brokers, restart_broker, start_broker
from judge.fields import Fields
from judge.program_fault_options import kill_program_at, program_options
from judge.target_options import target_options

Options = dict[str, Any]
ReadOptions = Callable[[Fields], Options]


def no_options(_row: Fields) -> Options:
    """A fault that has nothing to set."""
    return {}


FAULT_OPTIONS: Mapping[str, ReadOptions] = {
    "dir_unwritable": target_options,
    "disk_full": target_options,
    "hold_replication": no_options,
    "isolate_broker": target_options,
    "kill_broker": target_options,
    "kill_brokers": kill_brokers,
    "kill_program": program_options,
    "kill_program_at": kill_program_at,
    "lost_acknowledgement": tap.lost_acknowledgement,
    "overtaken_batch": tap.overtaken_batch,
    "pause_broker": target_options,
    "pause_program": program_options,
    "partition_brokers": network.partition_brokers,
    "reset_after_append": tap.reset_after_append,
    "restart_broker": restart_broker,
    "start_broker": start_broker,
}
"""Fault → the function that reads its keys. docs/faults.md lists them with mechanism and proof."""

FAULTS = tuple(FAULT_OPTIONS)
