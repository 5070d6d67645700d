"""Copies orders from one topic to another and adds the tax on the way."""

import json
import os
import time

from confluent_kafka import Consumer, Producer

SERVERS = os.environ["BOOTSTRAP_SERVERS"]
BATCH = 100

consumer = Consumer(
    {
        "bootstrap.servers": SERVERS,
        "group.id": os.environ["GROUP_ID"],
        "client.id": "enrich",
        "auto.offset.reset": "earliest",
        "enable.auto.commit": False,
        "session.timeout.ms": 3000,
        "heartbeat.interval.ms": 500,
    }
)
producer = Producer(
    {
        "bootstrap.servers": SERVERS,
        "client.id": "enrich",
        "enable.idempotence": True,
        "linger.ms": 5,
    }
)


def enrich(line: bytes) -> str:
    """The work: look the tax up, which takes a moment, and add it."""
    time.sleep(0.002)
    order = json.loads(line)
    order["tax_cents"] = order["amount_cents"] * 19 // 100
    return json.dumps(order)


consumer.subscribe([os.environ["INPUT_TOPIC"]])
while True:
    batch = [m for m in consumer.consume(BATCH, timeout=0.2) if m.error() is None]
    if not batch:
        continue
    for message in batch:
        producer.produce(os.environ["TOPIC"], key=message.key(), value=enrich(message.value()))
        producer.poll(0)
    producer.flush()
    consumer.commit(asynchronous=False)
