"""Reads the evidence of last night and names every order that was acknowledged and is gone."""

import json
import re
from pathlib import Path

HERE = Path(__file__).parent
LINE = re.compile(r"partitionLeaderEpoch: (\d+)|\| offset: (\d+) key: \S+ payload: (.*)")


def report(order_id: str, offset: int, leader_epoch: int) -> None:
    """One line for the auditor."""
    finding = {"order_id": order_id, "status": "lost"}
    print(json.dumps({**finding, "offset": offset, "leader_epoch": leader_epoch}))



(HERE / "broker-0.log.txt").read_text()
