"""A wrong key of a fault is told by file, key and rule before anything starts."""

from __future__ import annotations

from typing import Any

import pytest

from judge.errors import LabError
from judge.fault_options import FAULT_OPTIONS
from judge.fields import Fields


def read(fault: str, **keys: Any) -> dict[str, Any]:
    row = Fields("scenario.toml", keys, "step[3].")
    options = FAULT_OPTIONS[fault](row)
    row.done()
    return options


@pytest.mark.parametrize(
    ("fault", "keys", "blamed"),
    [
        ("partition_brokers", {}, "from"),
        ("partition_brokers", {"from": []}, "from"),
        ("partition_brokers", {"from": ["others"]}, "from"),
        ("partition_brokers", {"from": ["leader"], "to": ["folowers"]}, "to"),
        ("partition_brokers", {"from": ["leader"], "ports": ["client"]}, "ports"),
        ("partition_brokers", {"from": ["leader"], "ports": ["9092"]}, "ports"),
        ("partition_brokers", {"from": ["leader"], "one_way": "yes"}, "one_way"),
        ("lose_packets", {"percent": 91}, "percent"),
        ("limit_bandwidth", {"kbit_per_s": 1}, "kbit_per_s"),
        ("slow_broker", {}, "latency_ms"),
        ("slow_link", {}, "request_ms"),
        ("slow_link", {"latency_ms": 5}, "request_ms"),
        ("lost_acknowledgement", {"error": "UNKNOWN_SERVER_ERROR"}, "error"),
        ("lost_acknowledgement", {"count": 0}, "count"),
        ("late_acknowledgement", {}, "for_ms"),
        ("overtaken_batch", {"wait_ms": -1}, "wait_ms"),
        ("silent_broker", {"direction": "up"}, "direction"),
        ("isolate_broker", {"target": "everybody"}, "target"),
    ],
)
def test_a_wrong_key_is_blamed(fault: str, keys: dict[str, Any], blamed: str) -> None:
    with pytest.raises(LabError) as refused:
        read(fault, **keys)

    assert (refused.value.file, refused.value.key) == ("scenario.toml", f"step[3].{blamed}")


def test_a_partition_may_name_roles_and_ids() -> None:
    options = read("partition_brokers", **{"from": ["leader", "2"], "ports": ["replication"]})

    assert options["from"] == ["leader", "2"]
    assert options["to"] == ["others"]
    assert not options["one_way"]
