"""Takes paid orders out of Kafka and has each one packed, one after the other."""

import json
import os
import time

from confluent_kafka import Consumer

TOPIC = os.environ["TOPIC"]
BATCH = 20

consumer = Consumer(
    {
        "bootstrap.servers": os.environ["BOOTSTRAP_SERVERS"],
        "group.id": os.environ["GROUP_ID"],
        "client.id": "packing",
        "auto.offset.reset": "earliest",
        "enable.auto.commit": False,
        "session.timeout.ms": 3000,
        "heartbeat.interval.ms": 500,
    }
)


def pack(order: dict) -> None:
    """The work itself: the robot takes its time, then the parcel is on its way."""
    time.sleep(0.004)
    print(json.dumps({"order_id": order["order_id"], "status": "processed"}), flush=True)


consumer.subscribe([TOPIC])
while True:
    done = [m for m in consumer.consume(BATCH, timeout=0.2) if m.error() is None]
    for message in done:
        pack(json.loads(message.value()))
    if done:
        # Without arguments it commits the position, and everything up to there is packed.
        consumer.commit(asynchronous=False)
