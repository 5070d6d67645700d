"""Run inside a sandbox in the supervisor's place: real clients, a real broker, and the tap's rules.

Prints one JSON object: for each experiment asked for, a list with what each of its runs saw.
"""

import itertools
import json
import subprocess
import sys
import time

from confluent_kafka import Consumer, TopicPartition

from judge.inside.namespaces import entering
from judge.waiting import wait_until
from sandboxes.tap_programs import CONNECT, HUNG, MEMBER, ZOMBIE
from sandboxes.tap_stage import FETCH, PRODUCE, Scene


def duplicates(scene, spec, count=300, **settings):
    """How often each record is stored, with and without a rule."""
    topic = scene.topic("dup")
    with scene.rule(spec and {**spec, "topic": topic}) as state:
        said = scene.run(PRODUCE, topic, count, json.dumps(settings))
    stored = scene.read(topic)
    order = [int(value) for value in dict.fromkeys(stored)]
    ops = [op for op in scene.tap.ops(0.0) if op.topic == topic and op.f == "append"]
    appended = [op for op in ops if op.type != "info"]
    return {
        "said": said,
        "twice": len(stored) - len(set(stored)),
        "missing": count + 1 - len(set(stored)),
        "turned": sum(a > b for a, b in itertools.pairwise(order)),
        "state": state,
        "fates": [[op.type, op.error, op.detail.get("rule")] for op in ops if op.type != "ok"],
        "acknowledged": sum(op.count for op in appended if op.type == "ok"),
    }


def rewrite(error, idempotent):
    return lambda scene: duplicates(
        scene,
        {"rule": "rewrite_response", "error": error, "after_acked": 50},
        **{"enable.idempotence": idempotent},
    )


def turned(idempotent, with_rule=True, in_flight=5):
    spec = {"rule": "hold_error", "error": "NOT_ENOUGH_REPLICAS", "after_acked": 50}
    if idempotent or in_flight == 1:
        # librdkafka then has one request on its way at a time: no later answer will come.
        spec["wait_ms"] = 200
    settings = {"enable.idempotence": idempotent, "max.in.flight": in_flight}
    return lambda scene: duplicates(scene, spec if with_rule else None, **settings)


def other(name, idempotent, **settings):
    return lambda scene: duplicates(
        scene, {"rule": name, "after_acked": 50}, **{"enable.idempotence": idempotent, **settings}
    )


def java_producer(scene, spec, count=300, **settings):
    """Lines through Kafka's own console producer, as `duplicates` sends them by librdkafka."""
    topic = scene.topic("java")
    options = {"acks": "all", "linger.ms": 1, "batch.size": 200, "retry.backoff.ms": 20,
               "max.in.flight.requests.per.connection": 5, **settings}  # fmt: skip
    with scene.rule(spec and {**spec, "topic": topic}) as state:
        program = scene.start_java(
            "org.apache.kafka.tools.ConsoleProducer", "--topic", topic, "--bootstrap-server",
            scene.servers, *(f"--command-property={k}={v}" for k, v in options.items()),
        )  # fmt: skip
        _, err = program.communicate("".join(f"{i}\n" for i in range(count)), timeout=60)
        assert program.returncode == 0, err[-2000:]
    stored = scene.read(topic)
    order = [int(value) for value in dict.fromkeys(stored)]
    return {
        "twice": len(stored) - len(set(stored)),
        "missing": count - len(set(stored)),
        "turned": sum(a > b for a, b in itertools.pairwise(order)),
        "versions": sorted({r.version for r in scene.tap.records() if r.topic == topic}),
        "state": state,
    }


def java(spec, idempotent):
    settings = {"enable.idempotence": str(idempotent).lower()}
    return lambda scene: java_producer(scene, spec, **settings)


def java_groups(scene):
    """Kafka's own consumer in both protocols, and its commits in the evidence."""
    out = {}
    for protocol in ("classic", "consumer"):
        topic = scene.topic("jgrp")
        scene.run(PRODUCE, topic, 19, "{}")
        program = scene.start_java(
            "org.apache.kafka.tools.consumer.ConsoleConsumer", "--topic", topic,
            "--bootstrap-server", scene.servers, "--group", topic, "--from-beginning",
            "--max-messages", "20", "--command-property", f"group.protocol={protocol}",
        )  # fmt: skip
        lines, err = program.communicate(timeout=60)
        assert program.returncode == 0, err[-2000:]
        scene.quiet()
        ops = [op for op in scene.tap.ops(0.0) if op.id == topic]
        out[protocol] = {
            "read": len(lines.splitlines()),
            "coordinator": committed(scene, topic),
            "commits": [[op.type, op.topic, op.partition, op.offset] for op in ops
                        if op.f == "commit"],
            "apis": sorted({op.detail["api"] for op in ops if op.f == "group"}),
        }  # fmt: skip
    return out


def zombie(with_rule):
    def experiment(scene):
        topic = scene.topic("txn")
        spec = {"rule": "hold_request", "api": "end_txn", "transactional_id": topic}
        program = None
        with scene.rule(spec if with_rule else None) as state:
            program = scene.start(ZOMBIE, topic, "heir" if with_rule else "alone")
            if with_rule:
                held = lambda: scene.tap.rule_state(state["id"])["held"]  # noqa: E731
                wait_until(held, 30, "no EndTxn came")
                program.stdin.write("go\n")
                program.stdin.flush()
                assert program.stdout.readline() == "heir committed\n"
        said = scene.finish(program)
        scene.quiet()
        ops = [op for op in scene.tap.ops(0.0) if op.id == topic]
        return {
            "said": said,
            "committed": scene.read(topic, "read_committed"),
            "stored": scene.read(topic),
            "state": state,
            "ends": [[op.type, op.error, op.detail["committed"], op.detail.get("rule")]
                     for op in ops if op.f == "end_txn"],
            "inits": [op.type for op in ops if op.f == "init_producer"],
        }  # fmt: skip

    return experiment


def hung(with_rule):
    def experiment(scene):
        topic = scene.topic("hung")
        spec = {"rule": "drop_request", "api": "end_txn", "transactional_id": topic,
                "count": "all"}  # fmt: skip
        with scene.rule(spec if with_rule else None) as state:
            said = scene.run(HUNG, topic, 8 if with_rule else 30)
        scene.quiet()
        ends = [op for op in scene.tap.ops(0.0) if op.id == topic and op.f == "end_txn"]
        return {
            "said": said,
            "committed": scene.read(topic, "read_committed"),
            "stored": scene.read(topic),
            "state": state,
            "ends": [[op.type, op.detail.get("why")] for op in ends],
        }

    return experiment


def expelled(protocol, with_rule, name="hold_request"):
    def experiment(scene):
        topic = scene.topic("grp")
        scene.run(PRODUCE, topic, 19, "{}")
        member = scene.start(MEMBER, topic, protocol, 0)
        first = json.loads(member.stdout.readline())
        # A KIP-848 member that gets no answer connects anew and asks again.
        spec = {"rule": name, "api": "heartbeat", "group": topic, "count": "all"}
        with scene.rule(spec if with_rule else None) as state:
            if with_rule:
                gone = lambda: not members(scene, topic)  # noqa: E731
                wait_until(gone, 30, "the member was never expelled", step_s=0.1)
            else:
                time.sleep(9.0)  # longer than any session here
                state["members"] = members(scene, topic)
        member.stdin.write("go\n")
        member.stdin.flush()
        said = scene.finish(member)
        scene.quiet()
        ops = [op for op in scene.tap.ops(0.0) if op.id == topic]
        return {
            "first": first,
            "said": said,
            "state": state,
            "commits": [[op.type, op.error, op.topic, op.offset] for op in ops
                        if op.f == "commit"],
            "apis": sorted({op.detail["api"] for op in ops if op.f == "group"}),
            "errors": sorted({op.error for op in ops if op.f == "group" and op.error}),
        }  # fmt: skip

    return experiment


def members(scene, group):
    described = scene.client.describe_consumer_groups([group])[group].result(10)
    return len(described.members)


def slow(scene):
    topic = scene.topic("slow")
    spec = {"rule": "delay", "request_ms": 30, "response_ms": 20, "jitter_ms": 5, "seed": 7}
    with scene.rule(spec) as state:
        said = scene.run(PRODUCE, topic, 3, json.dumps({"linger.ms": 0, "max.in.flight": 1,
                                                        "batch.num.messages": 1}))  # fmt: skip
    records = [r for r in scene.tap.records() if r.topic == topic]
    waits = [(r.ended_s - r.sent_s) * 1000 for r in records]
    return {"said": said, "state": state, "least_ms": min(waits), "stored": scene.read(topic)}


def dark(scene):
    """A producer whose connections go dark is stuck, and unharmed when they come back."""
    topic = scene.topic("dark")
    slowly = PRODUCE.replace("time.sleep(0.0005)", "time.sleep(0.01)")
    program = scene.start(slowly, topic, 2000, json.dumps({"enable.idempotence": True}))
    wait_until(lambda: scene.tap.acknowledged(topic) > 10, 30, "it never got going")
    with scene.rule({"rule": "blackhole"}) as state:
        stuck = scene.tap.acknowledged(topic)
        time.sleep(0.5)
        # What was on its way to the program's kernel may just have been counted.
        still = scene.tap.acknowledged(topic)
        state["open"] = program.poll() is None
    said = scene.finish(program)
    stored = scene.read(topic)
    return {"said": said, "state": state, "passed": still - stuck,
            "twice": len(stored) - len(set(stored)), "stored": len(stored)}  # fmt: skip


def refused(scene):
    address = scene.servers.split(",")[0]
    reach = lambda: scene.finish(  # noqa: E731
        subprocess.Popen([sys.executable, "-c", CONNECT, address], text=True,
                         preexec_fn=entering(scene.network.learner_ns),
                         stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    )  # fmt: skip
    before = reach()
    with scene.rule({"rule": "refuse", "broker": 1}) as state:
        during = reach()
    return {"before": before, "during": during, "after": reach(), "state": state}


def evidence_of_groups(scene):
    """Both protocols commit; what the tap wrote down is what the coordinator holds."""
    out = {}
    for protocol in ("classic", "consumer"):
        topic = scene.topic("evi")
        scene.run(PRODUCE, topic, 19, "{}")
        member = scene.start(MEMBER, topic, protocol, 0.01)
        said = scene.finish(member)
        scene.quiet()
        ops = [op for op in scene.tap.ops(0.0) if op.id == topic]
        fetched = [op for op in scene.tap.ops(0.0) if op.f == "fetch" and op.topic == topic]
        out[protocol] = {
            "said": said,
            "coordinator": committed(scene, topic),
            "commits": [[op.type, op.topic, op.partition, op.offset] for op in ops
                        if op.f == "commit"],
            "apis": sorted({op.detail["api"] for op in ops if op.f == "group"}),
            "fetched": [[op.partition, op.detail["first"], op.detail["last"]] for op in fetched],
            "fetched_bytes": sum(op.count for op in fetched),
        }  # fmt: skip
    return out


def committed(scene, group):
    consumer = Consumer({"bootstrap.servers": scene.servers, "group.id": group})
    (place,) = consumer.committed([TopicPartition(group, 0)], 10)
    consumer.close()
    return place.offset


def large(scene):
    """A fetch of many megabytes passes in pieces, and the tap does not grow by it."""
    topic = scene.topic("large", **{"max.message.bytes": "6000000"})
    settings = {"message.max.bytes": 6_000_000, "batch.num.messages": 1}
    maker = PRODUCE.replace('b"%d" % i', 'b"x" * 1_500_000').replace('b"-1"', 'b"x" * 1_500_000')
    scene.run(maker, topic, 15, json.dumps(settings))
    scene.quiet()
    before, began_ms = scene.tap.stats()["rss_kb"], time.monotonic() * 1000
    greedy = {"fetch.max.bytes": 60_000_000, "max.partition.fetch.bytes": 50_000_000,
              "fetch.message.max.bytes": 50_000_000, "fetch.min.bytes": 20_000_000,
              "receive.message.max.bytes": 100_000_000}  # fmt: skip
    said = scene.run(FETCH, topic, 16, json.dumps(greedy))
    scene.quiet()
    stats = scene.tap.stats()
    rows = [op for op in scene.tap.ops(0.0) if op.f == "fetch" and op.t_ms > began_ms]
    return {"said": said, "grown_kb": stats["rss_kb"] - before, "bugs": stats["bugs"],
            "unread": stats["unread_fetches"],
            "rows": [[op.topic, op.partition, op.count] for op in rows]}  # fmt: skip


def spliced(scene):
    topic = scene.topic("splice")
    scene.tap.set_mode("splice")
    try:
        said = scene.run(PRODUCE, topic, 100, "{}")
    finally:
        scene.tap.set_mode("full")
    scene.quiet()
    stats = scene.tap.stats()
    return {
        "said": said,
        "stored": len(scene.read(topic)),
        "rows": len([r for r in scene.tap.records() if r.topic == topic]),
        "bytes": stats["spliced_bytes"],
    }


EXPERIMENTS = {
    "rewrite": rewrite("REQUEST_TIMED_OUT", False),
    "rewrite_idempotent": rewrite("REQUEST_TIMED_OUT", True),
    "rewrite_not_leader": rewrite("NOT_LEADER_OR_FOLLOWER", False),
    "rewrite_after_append": rewrite("NOT_ENOUGH_REPLICAS_AFTER_APPEND", False),
    "no_rule": lambda scene: duplicates(scene, None, **{"enable.idempotence": False}),
    "reset_after_append": other("reset_after_append", False),
    "reset_after_append_idempotent": other("reset_after_append", True),
    "reset_before_broker": other("reset_before_broker", False, **{"max.in.flight": 1}),
    "drop_response": other("drop_response", False, **{"socket.timeout.ms": 1000}),
    "turned": turned(False),
    "turned_in_flight_1": turned(False, in_flight=1),
    "turned_idempotent": turned(True),
    "turned_no_rule": turned(False, with_rule=False),
    "java_rewrite": java(
        {"rule": "rewrite_response", "error": "REQUEST_TIMED_OUT", "after_acked": 50}, False
    ),
    "java_turned": java({"rule": "hold_error", "error": "NOT_ENOUGH_REPLICAS",
                         "after_acked": 50}, False),
    "java_turned_idempotent": java({"rule": "hold_error", "error": "NOT_ENOUGH_REPLICAS",
                                    "after_acked": 50}, True),
    "java_groups": java_groups,
    "zombie": zombie(True),
    "no_zombie": zombie(False),
    "hung": hung(True),
    "not_hung": hung(False),
    "expelled_classic": expelled("classic", True),
    "expelled_consumer": expelled("consumer", True),
    "expelled_by_drop": expelled("classic", True, "drop_request"),
    "kept_classic": expelled("classic", False),
    "kept_consumer": expelled("consumer", False),
    "slow": slow,
    "dark": dark,
    "refused": refused,
    "groups": evidence_of_groups,
    "large": large,
    "spliced": spliced,
}


def main(shape_json, install_json, plan_json):
    scene = Scene(shape_json, install_json)
    out = {"seconds": {}, "runs": {}}
    for name, times in json.loads(plan_json).items():
        began = time.monotonic()
        out["runs"][name] = [EXPERIMENTS[name](scene) for _ in range(times)]
        out["seconds"][name] = round(time.monotonic() - began, 1)
    out["stats"] = scene.tap.stats()
    scene.tap.stop()
    sys.stdout.write(json.dumps(out))


main(*sys.argv[1:])
