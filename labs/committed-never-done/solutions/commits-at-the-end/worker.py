"""Takes paid orders out of Kafka and has each one packed, one after the other."""

import atexit
import json
import os
import time

from confluent_kafka import Consumer

TOPIC = os.environ["TOPIC"]
BATCH = 200

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


atexit.register(lambda: consumer.commit(asynchronous=False))
consumer.subscribe([TOPIC])
while True:
    for message in consumer.consume(BATCH, timeout=0.2):
        if message.error():
            continue
        pack(json.loads(message.value()))
