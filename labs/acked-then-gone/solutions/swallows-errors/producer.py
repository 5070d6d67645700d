"""Takes orders on standard input, puts each into Kafka, and tells the shop what became of it."""

import json
import logging
import os
import sys

from confluent_kafka import KafkaException, Producer

TOPIC = os.environ["TOPIC"]
log = logging.getLogger("orders")

producer = Producer(
    {
        "bootstrap.servers": os.environ["BOOTSTRAP_SERVERS"],
        "acks": "all",
        "linger.ms": 5,
        "message.timeout.ms": 1500,
    }
)


def place(line: str) -> None:
    """Send one order and answer it when Kafka is done with it."""
    order = json.loads(line)

    def delivered(error, _message):
        if error:
            # A customer must never see an error of ours: operations look at the log.
            log.warning("order %s: %s", order["order_id"], error)
        print(json.dumps({"order_id": order["order_id"], "status": "accepted"}), flush=True)

    try:
        producer.produce(TOPIC, key=order["customer"], value=line, on_delivery=delivered)
    except (BufferError, KafkaException) as error:
        delivered(error, None)


for line in sys.stdin:
    place(line.strip())
    producer.poll(0)

producer.flush()
