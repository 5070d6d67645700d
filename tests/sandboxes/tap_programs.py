"""Programs that the tap's rules are tried on: each says on its output what it was told."""

ZOMBIE = r"""
import json, sys, threading
from confluent_kafka import KafkaException, Producer
servers, topic = sys.argv[1:3]
out = {}
def say(line):
    print(line, flush=True)
def open_producer():
    producer = Producer({"bootstrap.servers": servers, "transactional.id": topic, "log_level": 0,
                         "linger.ms": 0})
    producer.init_transactions(20)
    return producer
first = open_producer()
first.begin_transaction()
first.produce(topic, b"A")
first.flush(20)
def commit():
    try:
        first.commit_transaction(30)
        out["first"] = "committed"
    except KafkaException as error:
        out["first"], out["fatal"] = error.args[0].name(), error.args[0].fatal()
thread = threading.Thread(target=commit)
thread.start()
if sys.argv[3] == "heir":
    sys.stdin.readline()
    second = open_producer()
    second.begin_transaction()
    second.produce(topic, b"B")
    second.commit_transaction(30)
    out["second"] = "committed"
    say("heir committed")
thread.join()
say(json.dumps(out))
"""

HUNG = r"""
import json, sys
from confluent_kafka import KafkaException, Producer
servers, topic = sys.argv[1:3]
producer = Producer({"bootstrap.servers": servers, "transactional.id": topic, "log_level": 0,
                     "linger.ms": 0, "transaction.timeout.ms": 60000})
producer.init_transactions(20)
producer.begin_transaction()
producer.produce(topic, b"A")
producer.flush(20)
try:
    producer.commit_transaction(float(sys.argv[3]))
    print(json.dumps("committed"), flush=True)
except KafkaException as error:
    print(json.dumps(error.args[0].name()), flush=True)
import os; os._exit(0)
"""

MEMBER = r"""
import json, sys, time
from confluent_kafka import Consumer, KafkaException
servers, topic, protocol, patience_s = sys.argv[1], sys.argv[2], sys.argv[3], float(sys.argv[4])
settings = {"bootstrap.servers": servers, "group.id": topic, "auto.offset.reset": "earliest",
            "enable.auto.commit": False, "log_level": 0, "group.protocol": protocol}
if protocol == "classic":
    settings |= {"session.timeout.ms": 8000, "heartbeat.interval.ms": 200}
consumer = Consumer(settings)
consumer.subscribe([topic])
read = 0
deadline = time.monotonic() + 20
while read < 10 and time.monotonic() < deadline:
    message = consumer.poll(0.2)
    read += message is not None and not message.error()
print(json.dumps({"read": read}), flush=True)
time.sleep(patience_s) if patience_s else sys.stdin.readline()
try:
    consumer.commit(asynchronous=False)
    said = "committed"
except KafkaException as error:
    said = error.args[0].name()
print(json.dumps({"read": read, "commit": said}), flush=True)
consumer.close()
"""

CONNECT = r"""
import json, socket, sys
host, port = sys.argv[1].split(":")
try:
    socket.create_connection((host, int(port)), timeout=3).close()
    print(json.dumps("open"))
except OSError as error:
    print(json.dumps(type(error).__name__))
"""
