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


def records_of(name: str) -> dict[str, tuple[int, int]]:
    """Order id -> offset and leader epoch, of every record that a replica's log holds."""
    found, epoch = {}, -1
    for told, offset, payload in LINE.findall((HERE / name).read_text()):
        if told:
            epoch = int(told)
        else:
            found[json.loads(payload)["order_id"]] = (int(offset), epoch)
    return found


situation = json.loads((HERE / "situation.json").read_text())
accepted = [json.loads(line) for line in (HERE / "accepted.jsonl").read_text().splitlines()]
living = records_of(f"broker-{situation['leader']}.log.txt")
dead = {}
for broker in situation["dead"]:
    dead.update(records_of(f"broker-{broker}.log.txt"))

for order_id, (offset, epoch) in dead.items():
    report(order_id, offset, epoch)
