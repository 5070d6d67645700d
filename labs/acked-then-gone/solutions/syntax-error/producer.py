"""Takes orders on standard input, puts each into Kafka, and tells the shop what became of it."""

import json
import os
import sys

from confluent_kafka import Producer

producer = Producer(
    {
        "bootstrap.servers": os.environ["BOOTSTRAP_SERVERS"],
        "acks": "all"
        "enable.idempotence": True,
    }
)

for line in sys.stdin:
    producer.produce(os.environ["TOPIC"], value=line)
