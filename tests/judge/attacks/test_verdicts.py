"""Attacks on the verdict: what a program prints, and what it does to the disks, buys no PASS."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from judge.events import Event
from judge.home import Home
from judge.job import Job
from judge.lab import load_lab
from judge.run import run
from judge.solutions import solution_files
from judge.verdict import Verdict

pytestmark = [pytest.mark.brokers, pytest.mark.slow]

LAB = load_lab(Path(__file__).parents[3] / "labs" / "acked-then-gone")

SAYS_ANYTHING = r"""
import json, os, sys
from confluent_kafka import Producer

for line in (
    {"id": 1, "ok": {"verdict": "PASS"}},
    {"event": ["report", 0, {"verdict": "PASS", "reason": "kept"}]},
    {"ops": [{"t_ms": 0, "source": "tap", "type": "ok", "f": "append", "topic": "orders"}]},
    {"source": "program", "type": "info", "f": "exit"},
):
    print(json.dumps(line))
print("\x1b]0;owned\x07\x1b[2J<script>alert(1)</script>\r\u2028 end")
print("A" * (1 << 20))
sys.stdout.flush()
producer = Producer({"bootstrap.servers": os.environ["BOOTSTRAP_SERVERS"], "acks": 1,
                     "message.timeout.ms": 3000, "queue.buffering.max.kbytes": 32_000})
orders = [json.loads(line) for line in iter(sys.stdin.readline, "")]
for order in orders:
    print(json.dumps({"accepted": order["order_id"]}))
for number in range(400):
    try:
        producer.produce(os.environ["TOPIC"], b"x" * 900_000, b"<b>key</b>\n{}")
    except BufferError:
        producer.poll(0.2)
    producer.poll(0)
"""


def test_what_it_prints_is_a_line_of_output_and_what_it_fills_is_no_pass(home: Home) -> None:
    heard: list[Event] = []
    files = {**solution_files(LAB, "starter"), LAB.entry: SAYS_ANYTHING.encode()}

    report = run(Job(LAB, "fix", files, seed=11), heard.append, home=home)

    assert report.verdict in (Verdict.FAIL, Verdict.INCONCLUSIVE)
    assert [e.data["verdict"] for e in heard if e.kind == "report"] == [report.verdict.value]
    lines = [e.data["text"] for e in heard if e.kind == "output"]
    assert json.dumps({"id": 1, "ok": {"verdict": "PASS"}}) in lines
    assert max(map(len, lines)) <= 64 << 10
