"""Takes orders on standard input, puts each into Kafka, and tells the shop what became of it."""

import json
import os
import sys

from confluent_kafka import Producer

TOPIC = os.environ["TOPIC"]

producer = Producer(
    {
        "bootstrap.servers": os.environ["BOOTSTRAP_SERVERS"],
        "client.id": "order-service",
        "acks": "all",
        "enable.idempotence": True,
        "linger.ms": 20,
        "socket.timeout.ms": 15000,
        "message.timeout.ms": 60000,
    }
)


def answer(order_id: str, status: str) -> None:
    """Tell the shop: accepted means a confirmation, refused means that the customer tries again."""
    print(json.dumps({"order_id": order_id, "status": status}), flush=True)


def place(line: str) -> None:
    """Send one order; its answer follows when the cluster has spoken."""
    order = json.loads(line)
    order_id = order["order_id"]

    def delivered(error, _message):
        answer(order_id, "refused" if error else "accepted")

    producer.produce(TOPIC, key=order["customer"], value=line, on_delivery=delivered)


for line in sys.stdin:
    place(line.strip())
    producer.poll(0)

producer.flush()
