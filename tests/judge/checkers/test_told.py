"""Each check told to the last word: one rich history a check, held to what was once read over.

told.json has what each result says. After a change of words, `python -m pytest` shows the
difference; read it over, and write the new text there.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from histories.copying import (
    INPUT,
    block,
    changed,
    command,
    committed,
    configured,
    end_asked,
    in_force,
    marked,
    processed,
    put,
    read_committed,
    taken_back,
    written,
)
from histories.told import told
from histories.words import (
    TOPIC,
    acknowledged,
    ended,
    handed,
    history,
    log_ends,
    on_partition,
    pressure,
    read,
    unanswered,
)
from judge.checkers import CHECKERS
from judge.history import Op
from judge.indexing import index_history
from judge.rare import RARE

EXPECTED = json.loads(Path(__file__).with_name("told.json").read_text(encoding="utf-8"))

COPY = [
    *put("a1", "a2", "a3", offset=4, partition=1, at=100),
    *put("b1", "b2", "b3", "b4", offset=9, at=200),
    *put("d9", told=False, at=300),
    *on_partition(
        1,
        written("x", "a1", offset=3),
        acknowledged("x", "a1", offset=3, at=400),
        written("a1", offset=7, pid=7),
        acknowledged("a1", offset=7, at=900),
        acknowledged("a1", offset=7, at=850),
    ),
    *marked("commit", 7, 8, partition=1),
    *on_partition(
        1,
        read_committed("x", "a1", offset=3, altered=[3]),
        read_committed("a1", offset=7, end=9),
    ),
    *committed(6, at=500, partition=1),
    *in_force(6, at=510, partition=1),
    *written("b1", offset=2, pid=8),
    *acknowledged("b1", offset=2, at=620),
    *acknowledged("b1", offset=2, at=610),
    *marked("abort", 8, 3),
    *written("b2", offset=5, pid=8),
    *marked("commit", 8, 6),
    *written("b3", offset=7, on=[2]),
    *written("b4", offset=8, pid=9),
    *log_ends(dead=[2], b1=9, b2=9, b3=9),
    *read_committed("b2", offset=5, end=7),
]
ABORTED = [
    *on_partition(1, written("a1", "a2", "a3", offset=5, pid=7)),
    *marked("abort", 7, 8, partition=1),
    *written("c1", offset=0, pid=8),
    *marked("commit", 8, 1),
    *on_partition(1, read_committed("a2", offset=6), read_committed("a2", offset=7, end=9)),
    *read_committed("c1", "t2", end=3),
    *taken_back("t1", "t2", "t3"),
    *processed("t3", "a3", "t1", at=700, step=10),
]
TORN = [
    *acknowledged("o1", offset=3, at=120),
    *written("o1", offset=3, pid=7),
    *acknowledged("o3", offset=5, at=320),
    *written("o3", offset=5, pid=7),
    *on_partition(
        2,
        acknowledged("o2", offset=4, at=130),
        acknowledged("o2", offset=4, at=110),
        written("o2", offset=4, pid=7),
        acknowledged("o4", offset=6, at=330),
        written("o4", offset=6, pid=7),
    ),
    *end_asked(7, at=200),
    *end_asked(7, at=400),
    *end_asked(8, at=410, kind="info"),
    *marked("commit", 7, 4),
    *marked("abort", 7, 5, partition=2),
    *marked("commit", 7, 6),
    *marked("commit", 7, 7, partition=2),
]
AHEAD = [
    *put("o0", "o1", "o2", "o3", offset=2, partition=1),
    *put("p0", offset=7),
    *processed("o0", "o1", at=200, step=100),
    *processed("o3", at=900),
    *processed("p0", at=210),
    *committed(4, at=250, partition=1),
    *committed(6, at=700, partition=1),
    *in_force(6, at=720, partition=1),
    *committed(8, at=215),
    *pressure(latest_wake_ms=20),
    Op(8000, "machine", "info", "pressure", detail={}),
]


def members(count, at, state="Stable", asked=None, group="g"):
    detail = {"state": state, **({} if asked is None else {"asked_ms": asked})}
    return [Op(at, "group", "info", "members", id=group, count=count, detail=detail)]


GROUP = [
    *members(1, 150),
    *members(1, 150, group="other"),
    *members(2, 2500, "PreparingRebalance", asked=2400),
    *members(2, 2900, "CompletingRebalance", asked=2800),
    *members(3, 3000),
    *members(0, 9000, "Empty"),
    *members(0, 9100, "Empty", group="other"),
    *members(1, 9500),
    *[op for n in range(40) for op in put(f"o{n:02d}", offset=n, at=199 + n * 100)],
    *processed(*(f"o{n:02d}" for n in range(20)), at=210, step=100),
    *processed(*(f"o{n:02d}" for n in range(20, 39)), at=5300.12345, step=10),
    *ended(at=12_000),
]
TABLE = [
    *[
        replace(op, key=key, detail={"delete": True} if gone and op.type == "ok" else None)
        for i, key, offset, gone in (
            ("a1", "anna", 10, False),
            ("a2", "anna", 11, False),
            ("b1", "bert", 12, True),
            ("c1", "cleo", 13, True),
            ("d1", "dora", 14, False),
            ("e1", "emil", 15, False),
        )
        for op in put(i, offset=offset, partition=1)
    ],
    Op(8900, "reader", "ok", "read", topic=TOPIC, partition=1, ids=["a1", "b0", "e1"],
       detail={"offsets": [10, 12, 15], "keys": ["anna", "bert", "emil"],
               "tombstones": [["cleo", 13]]}),
    Op(8901, "reader", "info", "read_end", topic=TOPIC, partition=1, offset=16),
]  # fmt: skip
LOGS = [
    Op(9000 + broker, "log", "info", "segments", topic=TOPIC, partition=part, broker=broker,
       count=size, detail={"segments": many})
    for broker, part, size, many in ((1, 0, 900, 9), (2, 0, 1500, 3), (3, 1, 1200, 7), (1, 1, 5, 1))
]  # fmt: skip
SETTINGS = [
    *configured(at=0, when="begin", min_insync_replicas="2", retention_ms="9000"),
    *configured(at=9000, min_insync_replicas="1", retention_ms="9000"),
]
MEANS = [
    *SETTINGS,
    *configured(at=0, when="begin", topic=None, broker=3, min_insync_replicas="3"),
    *configured(at=9000, topic=None, broker=3, min_insync_replicas="2"),
    *changed(2, [1, 2], at=10),
    *changed(2, [2], elr=[1], at=500),
    *changed(3, [3], at=900, epoch=6),
    *command("kafka-topics.sh --delete --topic orders", at=1200),
    *command("kafka-delete-records.sh --offset-json-file o.json", at=1100),
    *on_partition(3, acknowledged("o1", "o2", acks=1, offset=4, at=300)),
    *unanswered("o3", acks=0, at=200),
    *acknowledged("o4", at=250),
]
LOAD = [
    op
    for n in range(5)
    for arm, records, seconds in (
        (("a", 1000, 1.0), ("b", 1000, 1.1)) if n == 0 else
        (("baseline", 1000, 1.0), ("candidate", 1000, 1.0 / (1.012345 + n / 10)))
    )
    for op in block(
        arm, n, n * 1000.0 + len(arm), records=records, seconds=seconds, requests=51.2345678,
        batches=97, bytes=90_001, disk_bytes=70_003, p50_ms=10.0 if arm == "baseline" else 20.0,
    )
]  # fmt: skip
SIDES = [
    on_partition(number, read(*(f"p{number}-{n}" for n in range(count))))
    for number, count in enumerate((20, 100, 90, 0))
]

CASES = {
    "exactly_once_copy": (COPY, {}, {"input_topic": INPUT, "isolation": "read_committed"}),
    "aborted_reads": (ABORTED, {}, {}),
    "torn_transaction": (TORN, {}, {}),
    "commit_ahead": (AHEAD, {"slack_ms": 30}, {"input_topic": INPUT}),
    "stuck_group": (GROUP, {"limit_ms": 1000}, {"input_topic": INPUT}),
    "rebalance_pause": (
        GROUP, {"max_pause_ms": 2000, "max_rebalances": 1}, {"input_topic": INPUT},
    ),
    "stall": (GROUP, {"limit_ms": 1000}, {"input_topic": INPUT}),
    "rebuilt_table": (TABLE, {"tombstones_gone": True}, {}),
    "log_growth": (LOGS, {"max_bytes": 1000, "max_segments": 6}, {}),
    "balance": ([op for side in SIDES for op in side], {}, {}),
    "effective_config": (
        SETTINGS, {"required": {"min.insync.replicas": ">=2", "retention.ms": "8000"}}, {},
    ),
    "forbidden_means": (MEANS, {}, {}),
    "paired_ratio": (LOAD, {"thresholds": {"throughput": 1.5, "p50_ms": 1.1}}, {}),
    "counts": (
        LOAD,
        {
            "max_requests_per_record": 0.04, "min_records_per_batch": 11,
            "max_bytes_per_record": 80, "max_disk_bytes_per_record": 75,
        },
        {},
    ),
}  # fmt: skip


def result(name):
    ops, options, terms = CASES[name]
    found = index_history(history(handed("h1", at=5), ops, **{"promises": (name,)} | terms))
    return told(CHECKERS[name](found, **options))


def test_it_tells_every_case():
    assert sorted(CASES) == sorted(EXPECTED)


@pytest.mark.parametrize("name", CASES)
def test_it_says_all_of_it_in_these_words(name):
    assert result(name) == EXPECTED[name]


BARE = [
    Op(at, source, kind, f, topic=TOPIC, partition=0, broker=broker, offset=5)
    for source, f in (*RARE, ("group", "committed"), ("tap", "commit"), ("tap", "append"))
    for kind in ("ok", "info", "fail")
    for at, broker in ((400, 1), (9500, None))
]
"""One of each kind that says nothing of itself: nobody may stumble over it."""


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("alone", [True, False])
def test_it_takes_no_harm_from_operations_that_say_nothing(name, alone):
    ops, options, terms = CASES[name]
    found = index_history(
        history(handed("h1"), [] if alone else ops, BARE, **{"promises": (name,)} | terms)
    )

    assert CHECKERS[name](found, **options).check == name
