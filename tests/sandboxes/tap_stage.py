"""One broker or more behind the tap, and real clients on the learner's side of it.

Goes into the sandbox with the scenes that need it, and is imported there as
`sandboxes.tap_stage`; see `scenes.py`.
"""

import json
import subprocess
import sys
from contextlib import contextmanager

from confluent_kafka import Consumer, TopicPartition

from judge.inside import cluster
from judge.inside.clients import admin
from judge.inside.namespaces import entering
from judge.inside.network import bootstrap, build_network
from judge.inside.stage import Stage
from judge.inside.topics import create_topic
from judge.kafka.installed import install_from_dict
from judge.waiting import wait_until

PRODUCE = r"""
import json, sys, time
from confluent_kafka import Producer
servers, topic = sys.argv[1:3]
count, settings = int(sys.argv[3]), json.loads(sys.argv[4])
done = {"acknowledged": 0, "refused": 0}
def spoken(error, message):
    done["refused" if error else "acknowledged"] += 1
producer = Producer({"bootstrap.servers": servers, "acks": "all", "linger.ms": 1, "log_level": 0,
                     "batch.num.messages": 10, "retry.backoff.ms": 100, **settings})
producer.produce(topic, b"-1", partition=0, on_delivery=spoken)
producer.flush(20)
began = time.monotonic()
for i in range(count):
    producer.produce(topic, b"%d" % i, partition=0, on_delivery=spoken)
    producer.poll(0)
    if i % 10 == 9 and settings.get("linger.ms") != 0:
        time.sleep(0.0005)
producer.flush(40)
done["ms"] = (time.monotonic() - began) * 1000
print(json.dumps(done))
"""

FETCH = r"""
import json, sys
from confluent_kafka import Consumer, TopicPartition
servers, topic = sys.argv[1:3]
count, settings = int(sys.argv[3]), json.loads(sys.argv[4])
consumer = Consumer({"bootstrap.servers": servers, "group.id": topic + "-f", "log_level": 0,
                     "enable.auto.commit": False, **settings})
consumer.assign([TopicPartition(topic, 0, 0)])
got = size = 0
while got < count:
    for message in consumer.consume(500, 5):
        assert not message.error(), message.error()
        got, size = got + 1, size + len(message.value())
print(json.dumps({"count": got, "bytes": size}))
consumer.close()
"""


class Scene:
    """One broker behind the tap, and the means to run programs on the learner's side of it."""

    def __init__(self, shape_json, install_json):
        brokers = json.loads(shape_json)["brokers"]
        self.network = build_network(tuple(range(1, brokers + 1)))
        self.stage = Stage(say=lambda message: None, network=self.network)
        cluster.boot(self.stage, json.loads(shape_json), json.loads(install_json))
        self.tap, self.install = self.stage.tap, json.loads(install_json)
        self.servers = bootstrap(self.stage.brokers.ids)
        self.client = admin(self.servers)
        self._topics = 0

    def topic(self, name, partitions=1, **settings):
        self._topics += 1
        made = f"{name}-{self._topics}"
        first = self.stage.brokers.ids
        order = [[*first[p % len(first) :], *first[: p % len(first)]] for p in range(partitions)]
        create_topic(self.client, made, order, settings)
        self.tap.drain()
        return made

    @contextmanager
    def rule(self, spec):
        """The rule, if there is one, and its state once it has ended."""
        found = {}
        if spec is None:
            yield found
            return
        rule_id = found["id"] = self.tap.add_rule(spec)
        try:
            yield found
        finally:
            self.tap.remove_rule(rule_id)
            found.update(self.tap.rule_state(rule_id))

    def start(self, code, *arguments):
        return subprocess.Popen(
            [sys.executable, "-c", code, self.servers, *map(str, arguments)],
            preexec_fn=entering(self.network.learner_ns),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def start_java(self, tool, *arguments):
        """One of Kafka's own tools, on the learner's side."""
        install = install_from_dict(self.install)
        return subprocess.Popen(
            [install.java, "-Xmx96m", "-XX:TieredStopAtLevel=1", "-cp", install.classpath, tool,
             *arguments],
            preexec_fn=entering(self.network.learner_ns),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )  # fmt: skip

    def finish(self, program, patience_s=90):
        out, err = program.communicate(timeout=patience_s)
        assert program.returncode == 0, err[-2000:]
        return json.loads(out.splitlines()[-1])

    def run(self, code, *arguments):
        return self.finish(self.start(code, *arguments))

    def read(self, topic, isolation="read_uncommitted", partitions=1):
        """Every record of the topic, read from the platform's side."""
        consumer = Consumer({"bootstrap.servers": self.servers, "group.id": "scene",
                             "isolation.level": isolation, "enable.partition.eof": True,
                             "enable.auto.commit": False})  # fmt: skip
        places = [TopicPartition(topic, p, 0) for p in range(partitions)]
        consumer.assign(places)
        found, ended = [], 0
        while ended < partitions:
            message = consumer.poll(10)
            assert message is not None
            if message.error():
                ended += 1
            else:
                found.append(message.value().decode())
        consumer.close()
        return found

    def quiet(self):
        """Wait until the programs' connections are gone, so that all they did is settled."""
        wait_until(lambda: not self.tap.stats()["open"], 20, "connections stayed open")
