"""Reads the evidence of last night and names every order that was acknowledged and is gone."""

import json
import os
import re
from pathlib import Path

from confluent_kafka import Consumer, TopicPartition

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
dead = {}
for broker in situation["dead"]:
    dead.update(records_of(f"broker-{broker}.log.txt"))



def readable() -> set[str]:
    """Every order that a consumer finds, up to where the topic ends now: orders flow on."""
    consumer = Consumer(
        {
            "bootstrap.servers": os.environ["BOOTSTRAP_SERVERS"],
            "group.id": "auditor",
            "enable.auto.commit": False,
        }
    )
    place = TopicPartition(os.environ["TOPIC"], 0, 0)
    _first, end = consumer.get_watermark_offsets(place, timeout=20)
    consumer.assign([place])
    found, position = set(), 0
    while position < end:
        message = consumer.poll(20)
        if message is None:
            raise SystemExit("the brokers do not answer")
        if message.error() is None:
            found.add(json.loads(message.value())["order_id"])
            position = message.offset() + 1
    return found


there = readable()
for order in accepted:
    if order["order_id"] not in there:
        report(order["order_id"], *dead[order["order_id"]])
