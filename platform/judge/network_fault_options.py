"""The keys of the faults of the network between the brokers: who is cut or slowed, and how."""

from __future__ import annotations

from typing import Any

from judge.fields import Fields
from judge.target_options import target_options

Options = dict[str, Any]

SIDES = ("leader", "follower", "followers", "controller", "controllers", "others", "all")
"""Whom one side of a cut may name, besides the id of a node in digits."""

PORTS = ("client", "replication", "controller")
"""A node's listeners. Brokers call one another on the second and third."""

MOST_PERCENT = 90


def side_options(row: Fields) -> Options:
    """`from` and `to`, lists of roles or ids, and the partition that roles are of."""
    return {
        "from": _side(row, "from", None),
        "to": _side(row, "to", ("others",)),
        "topic": row.text("topic", ""),
        "partition": row.whole("partition", 0),
    }


def partition_brokers(row: Fields) -> Options:
    """Who is cut from whom, on which ports, and whether one way only."""
    ports = row.texts("ports", PORTS)
    if odd := [port for port in ports if port not in PORTS]:
        raise row.wrong("ports", f"names {odd[0]!r}.", f"Known: {', '.join(PORTS)}.")
    if not {"replication", "controller"} & {*ports}:
        raise row.wrong(
            "ports",
            "names no port on which brokers call one another.",
            "Add replication or controller; silent_broker and refuse_clients are for clients.",
        )
    return {**side_options(row), "ports": list(ports), "one_way": row.flag("one_way")}


def limit_bandwidth(row: Fields) -> Options:
    """Whose link is thin, and how thin; 64 kbit/s at least, or no proof would end in time."""
    return {**target_options(row), "kbit_per_s": row.whole("kbit_per_s", at_least=64)}


def lose_packets(row: Fields) -> Options:
    """Whose packets are lost, and how many of a hundred."""
    percent = row.whole("percent", at_least=1)
    if percent > MOST_PERCENT:
        raise row.wrong("percent", f"is above {MOST_PERCENT}.", "Use isolate_broker to lose all.")
    return {**target_options(row), "percent": percent}


def slow_broker(row: Fields) -> Options:
    """Whose link is slow: milliseconds each way, and how many more at most by chance."""
    return {
        **target_options(row),
        "latency_ms": row.number("latency_ms"),
        "jitter_ms": row.number("jitter_ms") if row.has("jitter_ms") else 0.0,
    }


def _side(row: Fields, key: str, default: tuple[str, ...] | None) -> list[str]:
    names = row.texts(key, default)
    if not names:
        raise row.wrong(key, "is empty.", f"Name who is meant: {', '.join(SIDES)}, or an id.")
    for name in names:
        if name not in SIDES and not name.isdigit():
            raise row.wrong(key, f"names {name!r}.", f"Known: {', '.join(SIDES)}, or an id.")
    if key == "from" and "others" in names:
        raise row.wrong(key, "names 'others', and nobody was named before.", "Use it in `to`.")
    return list(names)
