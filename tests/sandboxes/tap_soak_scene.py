"""Run inside a sandbox in the supervisor's place: many programs at once, for many records.

Prints one JSON object: what the tap recorded, what the disk holds, and how the tap fared.
"""

import json
import struct
import sys
import time
from pathlib import Path

from judge.waiting import wait_until
from sandboxes.tap_stage import FETCH, Scene

BATCH_HEADER = struct.Struct(">qiibIhiqqqhiI")
CONTROL_BIT = 0x20

SEND = r"""
import json, sys
from confluent_kafka import Producer
servers, topic = sys.argv[1:3]
count, settings = int(sys.argv[3]), json.loads(sys.argv[4])
done = {"acknowledged": 0, "refused": 0}
def spoken(error, message):
    done["refused" if error else "acknowledged"] += 1
producer = Producer({"bootstrap.servers": servers, "acks": "all", "linger.ms": 2, "log_level": 0,
                     "batch.num.messages": 50, "retry.backoff.ms": 20, **settings})
transactional = "transactional.id" in settings
if transactional:
    producer.init_transactions(30)
    producer.begin_transaction()
for i in range(count):
    while True:
        try:
            producer.produce(topic, b"%d" % i + b"." * 80, partition=0, on_delivery=spoken)
            break
        except BufferError:
            producer.poll(0.05)
    producer.poll(0)
    if transactional and i % 5000 == 4999:
        producer.commit_transaction(30)
        producer.begin_transaction()
if transactional:
    producer.commit_transaction(30)
producer.flush(60)
print(json.dumps(done))
"""

IMPATIENT = {"socket.timeout.ms": 2000}
"""A dropped response is given up after this, not after a minute."""
PRODUCERS = {
    "plain": {"enable.idempotence": False, **IMPATIENT},
    "idempotent": {"enable.idempotence": True, **IMPATIENT},
    "lz4": {"enable.idempotence": False, "compression.type": "lz4", **IMPATIENT},
    "transactional": {"transactional.id": "soak"},
}
READERS = {
    "plain": {"group.protocol": "classic"},
    "lz4": {"group.protocol": "consumer"},
    "idempotent": {"group.protocol": "classic", "fetch.min.bytes": 200_000},
}


def rules(scene, topics):
    """Some that fire now and then on every kind of producer, and some on whole connections."""
    for topic in topics.values():
        for spec in (
            {"rule": "rewrite_response", "error": "REQUEST_TIMED_OUT", "skip": 40, "count": 10},
            {"rule": "hold_error", "error": "NOT_ENOUGH_REPLICAS", "skip": 90, "count": 5,
             "wait_ms": 100},
            {"rule": "drop_response", "skip": 200, "count": 1},
            {"rule": "reset_after_append", "skip": 150, "count": 2},
            {"rule": "reset_before_broker", "skip": 300, "count": 2},
            {"rule": "hold_request", "api": "produce", "skip": 350, "count": 3, "for_ms": 50},
        ):  # fmt: skip
            # What a transaction cannot survive would only end the program.
            if topic != topics["transactional"] or spec["rule"] != "drop_response":
                yield scene.tap.add_rule({**spec, "topic": topic})
    yield scene.tap.add_rule({"rule": "delay", "response_ms": 1, "jitter_ms": 2})


def batches_in(data):
    at = 0
    while at + BATCH_HEADER.size <= len(data):
        head = BATCH_HEADER.unpack_from(data, at)
        base, length, _, _, crc, attributes, _, _, _, pid, epoch, sequence, count = head
        if length <= 0:
            return
        if not attributes & CONTROL_BIT:
            yield [base, count, crc, pid, epoch, sequence]
        at += 12 + length


def on_disk(scene, topic):
    folder = Path(scene.stage.brokers.data_dir(1)) / f"{topic}-0"
    return [row for log in sorted(folder.glob("*.log")) for row in batches_in(log.read_bytes())]


def watched(scene, programs):
    """Wait for the programs, and tell the most memory that the tap had while they ran."""
    seen = []

    def over():
        stats = scene.tap.stats()
        seen.append([stats["rss_kb"], stats["held_bytes"], stats["open"]])
        return all(program.poll() is not None for program in programs)

    wait_until(over, 400, "the programs never ended", step_s=0.2)
    return [max(column) for column in zip(*seen, strict=True)]


def main(shape_json, install_json, count_json):
    scene, count = Scene(shape_json, install_json), json.loads(count_json)
    topics = {name: scene.topic(name, **{"segment.bytes": "67108864"}) for name in PRODUCERS}
    before = scene.tap.stats()["rss_kb"]
    added = list(rules(scene, topics))
    began = time.monotonic()
    programs = {
        name: scene.start(SEND, topics[name], count, json.dumps(kind))
        for name, kind in PRODUCERS.items()
    }
    readers = {
        name: scene.start(FETCH, topics[name], count, json.dumps(kind))
        for name, kind in READERS.items()
    }
    everyone = [*programs.values(), *readers.values()]
    most_rss_kb, most_held_bytes, most_open = watched(scene, everyone)
    seconds = time.monotonic() - began
    out = {
        "said": {name: scene.finish(program) for name, program in programs.items()},
        "read": {name: scene.finish(program)["count"] for name, program in readers.items()},
        "seconds": round(seconds, 1),
    }
    for rule in added:
        scene.tap.remove_rule(rule)
    scene.quiet()
    records = scene.tap.records()
    out["topics"] = {
        name: {
            "disk": on_disk(scene, topic),
            "tap": [[r.base_offset, r.hidden_offset, r.count, r.crc, r.producer_id,
                     r.producer_epoch, r.base_sequence, r.outcome, r.error, r.rule]
                    for r in records if r.topic == topic],
        }
        for name, topic in topics.items()
    }  # fmt: skip
    out["fired"] = {rule: scene.tap.rule_state(rule)["fired"] for rule in added}
    out["ops"] = len(scene.tap.ops(0.0))
    out["stats"] = scene.tap.stats() | {
        "grown_kb": most_rss_kb - before, "most_held_bytes": most_held_bytes,
        "most_open": most_open,
    }  # fmt: skip
    scene.tap.stop()
    sys.stdout.write(json.dumps(out))


main(*sys.argv[1:])
