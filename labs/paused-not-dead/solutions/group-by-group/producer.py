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
        "socket.timeout.ms": 1500,
        "message.timeout.ms": 30000,
    }
)


def answer(order_id: str, status: str) -> None:
    """Tell the shop: accepted means a confirmation, refused means that the customer tries again."""
    print(json.dumps({"order_id": order_id, "status": status}), flush=True)


def place(lines: list[str]) -> None:
    """Send a group, wait until Kafka has spoken of all of it, then answer."""
    spoken: dict[str, str] = {}
    for line in lines:
        order = json.loads(line)

        def delivered(error, _message, order_id=order["order_id"]):
            spoken[order_id] = "refused" if error else "accepted"

        producer.produce(TOPIC, key=order["customer"], value=line, on_delivery=delivered)
    producer.flush()
    for order_id, status in spoken.items():
        answer(order_id, status)


waiting: list[str] = []
for line in sys.stdin:
    waiting.append(line.strip())
    if len(waiting) == 10:
        place(waiting)
        waiting = []
place(waiting)
