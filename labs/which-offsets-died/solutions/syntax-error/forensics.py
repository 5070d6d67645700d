"""Reads the evidence of last night and names every order that was acknowledged and is gone."""

import json
import re
from pathlib import Path

HERE = Path(__file__).parent
RECORD = re.compile(r"\| offset: (\d+) key: (\S+) payload: (.*)")


def report(order_id: str, offset: int, leader_epoch: int) -> None:
    """One line for the auditor."""
    finding = {"order_id": order_id, "status": "lost"}
    print(json.dumps({**finding, "offset": offset, "leader_epoch": leader_epoch}))


def offsets_of(name: str) -> set[int]:
    """Every offset that a replica's log holds."""
    text = (HERE / name).read_text()
    return {int(offset) for offset, _key, _payload in RECORD.findall(text)}


situation = json.loads(((HERE / "situation.json").read_text())
there = offsets_of(f"broker-{situation['leader']}.log.txt")

# An order is gone when its offset is.
for line in (HERE / "accepted.jsonl").read_text().splitlines():
    order = json.loads(line)
    if order["offset"] not in there:
        report(order["order_id"], order["offset"], 0)
