"""The keys of the faults that strike brokers, their disks and their processors."""

from __future__ import annotations

from typing import Any

from judge.fields import Fields
from judge.target_options import target_options

HOWS = ("clean", "hard")
"""`clean`: asked to stop, it hands its leaderships over first. `hard`: it is killed."""


def restart_broker(row: Fields) -> dict[str, Any]:
    """Whom, and whether it is asked or killed."""
    return {**target_options(row), "how": row.text("how", HOWS[0], one_of=HOWS)}


WHO = ("leader_and_followers", "followers")


def kill_brokers(row: Fields) -> dict[str, Any]:
    """How many of those that hold a partition, and whether its leader is among them."""
    return {
        "topic": row.text("topic", ""),
        "partition": row.whole("partition", 0),
        "who": row.text("who", WHO[0], one_of=WHO),
        "count": row.whole("count", 2, at_least=1),
    }


def start_broker(row: Fields) -> dict[str, Any]:
    """By which fault they were killed, by the name it is known as; "" for all that are down."""
    return {"killed": row.text("killed", "")}


MOST_PERCENT = 50


def starve_cpu(row: Fields) -> dict[str, Any]:
    """Whom, and for which part of the time it may run."""
    percent = row.whole("percent", at_least=1)
    if percent > MOST_PERCENT:
        raise row.wrong("percent", f"is above {MOST_PERCENT}.", "A broker is idle for longer.")
    return {**target_options(row), "percent": percent}


SYNC_FAULTS = {"slow_fsync", "failing_fsync"}
"""A lab that has one of these gets brokers whose syncs can be held."""

FILES = ("partitions", "metadata", "all")


def failing_fsync(row: Fields) -> dict[str, Any]:
    """Whose syncs fail, and on which files."""
    return {**target_options(row), "files": row.text("files", FILES[0], one_of=FILES)}


def slow_fsync(row: Fields) -> dict[str, Any]:
    """Whose syncs wait, on which files, and for how many milliseconds."""
    return {**failing_fsync(row), "delay_ms": row.number("delay_ms")}
