"""Takes orders on standard input and settles them group by group: send, wait, then answer."""

import json
import os
import queue
import sys
import threading

from confluent_kafka import Producer

GROUP = 100
TIMEOUT_S = 4

lines: queue.Queue[str | None] = queue.Queue(maxsize=1000)


def read_orders() -> None:
    """Hand over every line of standard input, then None for its end."""
    for line in sys.stdin:
        lines.put(line.rstrip("\n"))
    lines.put(None)


def next_group() -> list[str | None]:
    """Wait for one order, then take along whatever else is already here."""
    group = [lines.get()]
    while len(group) < GROUP and not lines.empty():
        group.append(lines.get())
    return group


def settle(producer: Producer, topic: str, group: list[str]) -> None:
    """Send a group, wait until Kafka has spoken about all of it, and answer each order."""
    orders = [json.loads(line) for line in group]
    stored: set[str] = set()
    for line, order in zip(group, orders):

        def spoken(error, _message, order_id=order["order_id"]):
            if error is None:
                stored.add(order_id)

        producer.produce(topic, key=order["customer"], value=line, on_delivery=spoken)
    # What Kafka has not confirmed by then is in doubt, and doubt is a refusal.
    producer.flush(TIMEOUT_S + 1)
    for order in orders:
        status = "accepted" if order["order_id"] in stored else "refused"
        print(json.dumps({"order_id": order["order_id"], "status": status}), flush=True)


def main() -> None:
    """Settle groups until standard input has ended."""
    producer = Producer(
        {
            "bootstrap.servers": os.environ["BOOTSTRAP_SERVERS"],
            "acks": "all",
            "enable.idempotence": True,
            "linger.ms": 0,
            "delivery.timeout.ms": TIMEOUT_S * 1000,
        }
    )
    threading.Thread(target=read_orders, daemon=True).start()
    more = True
    while more:
        group = next_group()
        more = None not in group
        settle(producer, os.environ["TOPIC"], [line for line in group if line])


if __name__ == "__main__":
    main()
