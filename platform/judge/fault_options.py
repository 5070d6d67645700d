"""The keys of every fault that a scenario may inject, read and checked before anything starts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from judge import broker_fault_options as broker
from judge import network_fault_options as network
from judge import tap_fault_options as tap
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
    "failing_fsync": broker.failing_fsync,
    "hold_replication": no_options,
    "isolate_broker": target_options,
    "kill_broker": target_options,
    "kill_brokers": broker.kill_brokers,
    "kill_program": program_options,
    "kill_program_at": kill_program_at,
    "late_acknowledgement": tap.late_acknowledgement,
    "late_commit": tap.late_commit,
    "late_end_txn": tap.late_end_txn,
    "limit_bandwidth": network.limit_bandwidth,
    "lose_packets": network.lose_packets,
    "lost_acknowledgement": tap.lost_acknowledgement,
    "lost_end_txn": tap.lost_end_txn,
    "lost_heartbeats": tap.lost_heartbeats,
    "overtaken_batch": tap.overtaken_batch,
    "partition_brokers": network.partition_brokers,
    "pause_broker": target_options,
    "pause_program": program_options,
    "refuse_clients": target_options,
    "reset_after_append": tap.reset_after_append,
    "reset_connections": tap.reset_connections,
    "restart_broker": broker.restart_broker,
    "silent_broker": tap.silent_broker,
    "slow_broker": network.slow_broker,
    "slow_fsync": broker.slow_fsync,
    "slow_link": tap.slow_link,
    "start_broker": broker.start_broker,
    "starve_cpu": broker.starve_cpu,
}
"""Fault → the function that reads its keys. docs/faults.md lists them with mechanism and proof."""

FAULTS = tuple(FAULT_OPTIONS)


def is_blow(fault: str) -> bool:
    """Whether a fault is over once it was done, so that nothing of it is left to be healed."""
    return fault.startswith("kill_") or fault in ("start_broker", "reset_connections")
