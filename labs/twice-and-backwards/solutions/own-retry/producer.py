"""Takes changes of orders on standard input and writes each to Kafka, in the order they came."""

import json
import os
import sys

from confluent_kafka import Producer

TOPIC = os.environ["TOPIC"]

producer = Producer(
    {
        "bootstrap.servers": os.environ["BOOTSTRAP_SERVERS"],
        "client.id": "order-changes",
        "acks": "all",
        "retries": 0,
        "linger.ms": 2,
        "message.timeout.ms": 10000,
    }
)


def answer(order_id: str, status: str) -> None:
    """Tell the shop what became of a change."""
    print(json.dumps({"order_id": order_id, "status": status}), flush=True)


def place(line: str) -> None:
    """Send one change; its answer follows when the cluster has spoken."""
    order = json.loads(line)
    order_id = order["order_id"]

    def delivered(error, _message):
        if error:
            producer.produce(TOPIC, key=order["customer"], value=line, on_delivery=delivered)
        else:
            answer(order_id, "accepted")

    producer.produce(TOPIC, key=order["customer"], value=line, on_delivery=delivered)


for line in sys.stdin:
    place(line.strip())
    producer.poll(0)

producer.flush()
