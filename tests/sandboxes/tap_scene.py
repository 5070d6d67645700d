"""Run inside a sandbox in the supervisor's place: real brokers, the tap, and programs behind it.

Prints one JSON object: for each program what the tap recorded and what the logs on disk hold,
and what a program on the learner's side could reach.
"""

import json
import struct
import subprocess
import sys
import threading
from pathlib import Path

from judge.inside import cluster
from judge.inside.clients import admin
from judge.inside.namespaces import entering
from judge.inside.network import bootstrap, broker_ip, build_network
from judge.inside.stage import Stage
from judge.inside.topics import create_topic
from judge.kafka.installed import install_from_dict
from judge.waiting import wait_until

BATCH_HEADER = struct.Struct(">qiibIhiqqqhiI")
CONTROL_BIT = 0x20
PARTITIONS = 3

PRODUCER = r"""
import json, sys, time
from confluent_kafka import Producer
servers, topic = sys.argv[1:3]
count, settings = int(sys.argv[3]), json.loads(sys.argv[4])
done = {"acknowledged": 0, "refused": 0}
def spoken(error, message):
    done["refused" if error else "acknowledged"] += 1
producer = Producer({"bootstrap.servers": servers, "acks": "all", "linger.ms": 2,
                     "batch.num.messages": 50, "log_level": 0, **settings})
transactional = "transactional.id" in settings
if transactional:
    producer.init_transactions(20)
    producer.begin_transaction()
for i in range(count):
    producer.produce(topic, b"v" * 200, key=b"%d" % i, partition=i % 3, on_delivery=spoken)
    producer.poll(0)
    if transactional and i % 1000 == 999:
        producer.flush(20)
        (producer.abort_transaction if i % 2000 == 999 else producer.commit_transaction)(20)
        producer.begin_transaction()
if transactional:
    producer.commit_transaction(20)
producer.flush(60)
print(json.dumps(done))
"""

REACH = r"""
import json, socket, sys
found = {}
for ip in sys.argv[1:]:
    for port in (9092, 9093, 9094):
        try:
            socket.create_connection((ip, port), timeout=3).close()
            found[f"{ip}:{port}"] = "open"
        except OSError as error:
            found[f"{ip}:{port}"] = type(error).__name__
print(json.dumps(found))
"""


def run_python(ns, code, *arguments):
    """Run a program in a network namespace and return the JSON it prints."""
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        preexec_fn=entering(ns),
        capture_output=True,
        text=True,
        timeout=90,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def batches_on_disk(brokers, topic):
    """Every batch of the topic on each live broker, read by its header alone."""
    found = {}
    for broker in brokers.live_ids:
        rows = found[str(broker)] = []
        for partition in range(PARTITIONS):
            folder = Path(brokers.data_dir(broker)) / f"{topic}-{partition}"
            for segment in sorted(folder.glob("*.log")):
                rows += batches_in(segment.read_bytes(), partition)
    return found


def batches_in(data, partition):
    at = 0
    while at + BATCH_HEADER.size <= len(data):
        head = BATCH_HEADER.unpack_from(data, at)
        base, length, _, _, crc, attributes, _, _, _, pid, epoch, sequence, count = head
        if length <= 0:
            return
        if not attributes & CONTROL_BIT:
            yield [partition, base, count, crc, pid, epoch, sequence]
        at += 12 + length


def rows_of(records):
    return [
        [r.partition, r.base_offset, r.count, r.crc, r.producer_id, r.producer_epoch,
         r.base_sequence, r.outcome, r.error, r.acks, r.version, r.topic]
        for r in records
    ]  # fmt: skip


def compare(stage, client, name, run):
    create_topic(client, name, [[1, 2, 3], [2, 3, 1], [3, 1, 2]], {})
    stage.tap.drain()
    said = run(name)
    # What was sent without waiting is still on its way when its sender is gone.
    wait_until(lambda: not stage.tap.stats()["open"], 20, "connections stayed open")
    acknowledged = stage.tap.acknowledged(name)
    records = [r for r in stage.tap.drain() if r.topic == name]

    def same_everywhere():
        disk = batches_on_disk(stage.brokers, name)
        return disk if len({json.dumps(rows) for rows in disk.values()}) == 1 else None

    disk = wait_until(same_everywhere, 20, "the replicas never came to agree")
    return {"said": said, "acknowledged": acknowledged, "tap": rows_of(records), "disk": disk}


def main(shape_json, install_json, runs_json):
    network = build_network((1, 2, 3))
    stage = Stage(say=lambda message: None, network=network)
    cluster.boot(stage, json.loads(shape_json), json.loads(install_json))
    servers = bootstrap(stage.brokers.ids)
    client = admin(servers)
    out = {"runs": {}}

    def python_program(settings, count):
        return lambda topic: run_python(
            network.learner_ns, PRODUCER, servers, topic, str(count), json.dumps(settings)
        )

    def java_program(topic):
        install = install_from_dict(json.loads(install_json))
        done = subprocess.run(
            [install.java, "-Xmx96m", "-XX:TieredStopAtLevel=1", "-cp", install.classpath,
             "org.apache.kafka.tools.ProducerPerformance", "--topic", topic,
             "--num-records", "2000", "--record-size", "200", "--throughput", "4000",
             "--producer-props", f"bootstrap.servers={servers}", "acks=all"],
            preexec_fn=entering(network.learner_ns), capture_output=True, text=True, timeout=90,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return {"acknowledged": 2000, "refused": 0}

    for name, settings in json.loads(runs_json).items():
        out["runs"][name] = compare(stage, client, name, python_program(settings, 4000))
    out["runs"]["java"] = compare(stage, client, "java", java_program)

    ips = [broker_ip(i) for i in (1, 2, 3)]
    out["learner_reaches"] = run_python(network.learner_ns, REACH, *ips)
    out["platform_reaches"] = run_python(network.platform_ns, REACH, *ips)

    def killed_amid(topic):
        def kill_leader():
            wait_until(lambda: stage.tap.acknowledged(topic) > 0, 20, "it never got going")
            stage.brokers.kill(1)
            stage.tap.broker_down(1)

        killer = threading.Thread(target=kill_leader)
        killer.start()
        said = python_program({"enable.idempotence": True, "batch.num.messages": 10}, 10_000)(topic)
        killer.join()
        return said

    out["runs"]["killed"] = compare(stage, client, "killed", killed_amid)
    out["dead_broker"] = run_python(network.learner_ns, REACH, broker_ip(1))
    out["stats"] = stage.tap.stats()
    stage.tap.stop()
    out["after_the_tap"] = run_python(network.learner_ns, REACH, *ips)
    sys.stdout.write(json.dumps(out))


main(*sys.argv[1:])
