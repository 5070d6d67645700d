"""Faults on the program's side strike when they shall, and what is in the log bears them out."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from sandboxes.rig import Rig

pytestmark = pytest.mark.brokers

RECORDS = 400
PRODUCER = """
import json, os, sys, time
from confluent_kafka import Producer
settings = json.loads(%r)
answers = {"acknowledged": 0, "refused": 0}
def told(error, message):
    answers["refused" if error else "acknowledged"] += 1
producer = Producer({"bootstrap.servers": os.environ["BOOTSTRAP_SERVERS"], "acks": "all",
                     "linger.ms": 0, "batch.num.messages": 1, "retry.backoff.ms": 20, **settings})
for number in range(%d):
    producer.produce(os.environ["TOPIC"], str(number), on_delivery=told)
    producer.poll(0.002)
producer.flush(30)
print(json.dumps(answers))
"""
PLAIN = {"enable.idempotence": False, "max.in.flight.requests.per.connection": 5}
IDEMPOTENT = {"enable.idempotence": True}


def producer(**settings: Any) -> str:
    return PRODUCER % (json.dumps(settings), RECORDS)


def strike(run: Any, name: str, keys: dict[str, Any], wait_s: float = 60.0) -> dict[str, Any]:
    """Lay a fault in a program's way, await it, heal it, and read what was written."""
    from judge.fault_options import FAULT_OPTIONS
    from judge.fields import Fields
    from judge.inside.clients import consumer
    from judge.inside.injecting import has_fired, heal, inject
    from judge.waiting import wait_until

    # In force before the program begins: it may be through before anybody has looked.
    options = FAULT_OPTIONS[name](Fields("scenario.toml", {"after_acked": 20, **keys}))
    inject(run, {"fault": name, "as": name, "text": "", "options": options})
    run.learner.start()
    wait_until(lambda: has_fired(run, name), wait_s, "the fault did not strike")
    proof = run.faults[name].struck(run)
    heal(run, name)
    program = run.learner.programs["program"]
    ended = program.wait(40)
    reader = consumer(run.bootstrap(), **{"group.id": "read", "enable.partition.eof": True})
    from confluent_kafka import TopicPartition

    reader.assign([TopicPartition(run.topic, 0, 0)])
    values = []
    while (message := reader.poll(10)) is not None and not message.error():
        values.append(int(message.value()))
    reader.close()
    return {
        "proof": proof,
        "values": values,
        "reason": ended.reason if ended else "still runs",
    }


def repeated(values: list[int]) -> int:
    return len(values) - len(set(values))


def went_back(values: list[int]) -> bool:
    first_seen = list(dict.fromkeys(values))
    return first_seen != sorted(first_seen)


def test_a_lost_acknowledgement_makes_a_plain_producer_write_twice(rig: Rig) -> None:
    seen = rig.do(strike, program=producer(**PLAIN), name="lost_acknowledgement", keys={})

    assert seen["reason"] == "exited"
    assert set(seen["values"]) == set(range(RECORDS))
    assert repeated(seen["values"]) == 1
    (event,) = seen["proof"]["events"]
    assert event["error"] == "REQUEST_TIMED_OUT"
    assert [op.type for op in rig.ops if op.f == "lost_acknowledgement"] == ["invoke", "ok"]


def test_a_lost_acknowledgement_does_an_idempotent_producer_no_harm(rig: Rig) -> None:
    seen = rig.do(
        strike, program=producer(**IDEMPOTENT), name="lost_acknowledgement", keys={"count": 2}
    )

    assert seen["values"] == list(range(RECORDS))
    assert seen["proof"]["fired"] == 2


def test_an_overtaken_batch_turns_the_order_of_a_plain_producer_round(rig: Rig) -> None:
    seen = rig.do(strike, program=producer(**PLAIN), name="overtaken_batch", keys={})

    assert went_back(seen["values"])
    assert repeated(seen["values"]) == 0
    assert seen["proof"]["events"][0]["released"] == "later-response"


def test_an_overtaken_batch_leaves_an_idempotent_producer_in_order(rig: Rig) -> None:
    seen = rig.do(strike, program=producer(**IDEMPOTENT), name="overtaken_batch", keys={})

    assert seen["values"] == list(range(RECORDS))


def test_a_reset_after_the_append_makes_a_plain_producer_write_twice(rig: Rig) -> None:
    seen = rig.do(strike, program=producer(**PLAIN), name="reset_after_append", keys={})

    assert repeated(seen["values"]) >= 1


def test_an_acknowledgement_that_is_too_late_is_written_twice(rig: Rig) -> None:
    impatient = producer(**PLAIN, **{"socket.timeout.ms": 1000})

    seen = rig.do(strike, program=impatient, name="late_acknowledgement", keys={"for_ms": 2500})

    assert repeated(seen["values"]) >= 1


def never(run: Any, keys: dict[str, Any]) -> dict[str, Any]:
    """Inject a fault that no frame fits, let the program end, and heal it."""
    from judge.fault_options import FAULT_OPTIONS
    from judge.fields import Fields
    from judge.inside.injecting import has_fired, heal_all, inject

    name = "lost_acknowledgement"
    run.learner.start()
    options = FAULT_OPTIONS[name](Fields("scenario.toml", keys))
    inject(run, {"fault": name, "as": name, "text": "", "options": options})
    run.learner.programs["program"].wait(40)
    fired = has_fired(run, name)
    heal_all(run)
    return {"fired": fired}


def test_a_fault_that_met_no_frame_stays_unproved(rig: Rig) -> None:
    seen = rig.do(never, program=producer(**PLAIN), keys={"after_acked": 10 * RECORDS})

    assert not seen["fired"]
    assert [op.type for op in rig.ops if op.f == "lost_acknowledgement"] == ["invoke"]
