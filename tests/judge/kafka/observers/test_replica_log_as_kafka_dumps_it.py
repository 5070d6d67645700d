"""Our reading of a log is that of Kafka's own DumpLogSegments, field by field."""

from __future__ import annotations

import re
import shutil
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from judge.inside.clients import producer
from judge.inside.observers.replica_log import Torn, log_end_offset, stored_batches
from judge.inside.observers.stored_batch import StoredBatch
from judge.waiting import wait_until

if TYPE_CHECKING:
    from ..conftest import Nodes
    from .conftest import Dump, MakeTopic, Produce

pytestmark = pytest.mark.brokers

CODECS = ("none", "gzip", "snappy", "lz4", "zstd")

Row = dict[str, str]


def rows_of(lines: list[str]) -> dict[Path, list[Row]]:
    """What the tool told of each segment: a row a batch or record, by the tool's own names."""
    found: dict[Path, list[Row]] = {}
    for line in lines:
        if line.startswith("Dumping "):
            rows = found[Path(line.removeprefix("Dumping "))] = []
        elif torn := re.match(r"Found (\d+) invalid bytes at the end of", line):
            rows.append({"invalid": torn[1]})
        elif line.startswith(("baseOffset: ", "| offset: ")):
            rows.append(dict(re.findall(r"(\w+): (\S*)", line)))
    return found


def segments_of(nodes: Nodes, topic: str, partition: int = 0, node: int = 1) -> list[Path]:
    return sorted((nodes.data_dir(node) / f"{topic}-{partition}").glob("*.log"))


def wait_stored(nodes: Nodes, topic: str, end: int, partition: int = 0) -> None:
    wait_until(
        lambda: log_end_offset(nodes.data_dir(1), topic, partition) == end,
        60,
        "The replica did not catch up.",
    )


def as_dumped(batch: StoredBatch) -> Row:
    """A batch in the tool's words."""
    told = {
        "baseOffset": batch.base_offset,
        "lastOffset": batch.last_offset,
        "count": batch.count,
        "baseSequence": batch.base_sequence,
        "producerId": batch.producer_id,
        "producerEpoch": batch.producer_epoch,
        "partitionLeaderEpoch": batch.leader_epoch,
        "isTransactional": str(batch.is_transactional).lower(),
        "isControl": str(batch.is_control).lower(),
        "CreateTime": batch.max_timestamp_ms,
        "size": batch.size_bytes,
        "compresscodec": batch.codec,
        "crc": batch.crc,
        "isvalid": "true",
    }
    return {name: str(value) for name, value in told.items()}


def records_as_dumped(batch: StoredBatch) -> list[Row]:
    if batch.is_control:
        return [{"offset": str(batch.base_offset), "endTxnMarker": str(batch.outcome).upper()}]
    return [
        {"offset": str(offset), "payload": (value or b"").decode()}
        for offset, _key, value in batch.records
    ]


def assert_equal(ours: list[StoredBatch], dumped: list[Row]) -> None:
    batches = [row for row in dumped if "baseOffset" in row]
    records = [row for row in dumped if "offset" in row and "baseOffset" not in row]
    expected = [as_dumped(batch) for batch in ours]
    assert [{name: row[name] for name in expected[0]} for row in batches] == expected
    wanted = [row for batch in ours for row in records_as_dumped(batch)]
    assert [
        {name: row[name].rstrip(",") for name in want}
        for row, want in zip(records, wanted, strict=True)
    ] == wanted


def test_it_reads_every_codec_idempotence_and_transactions_as_kafka_does(
    nodes: Nodes, make_topic: MakeTopic, produce: Produce, dump: Dump
) -> None:
    topic = make_topic([[1, 2, 3]] * 7)
    for partition, codec in enumerate(CODECS):
        settings = {"compression.type": codec, "linger.ms": 2, "batch.num.messages": 30}
        produce(topic, 200, partition, **settings)
        produce(topic, 200, partition, **settings, **{"enable.idempotence": True})
    writer = producer(nodes.bootstrap, **{"transactional.id": uuid.uuid4().hex})
    writer.init_transactions(60)
    for partition, ends in enumerate((writer.commit_transaction, writer.abort_transaction), 5):
        writer.begin_transaction()
        for n in range(20):
            writer.produce(topic, b"value-%d" % n, partition=partition)
        writer.flush(60)
        ends(60)
    for partition, end in enumerate([400] * 5 + [21] * 2):
        wait_stored(nodes, topic, end, partition)

    files = [file for part in range(7) for file in segments_of(nodes, topic, part)]
    dumped = rows_of(dump("--print-data-log", files=files))

    outcomes: list[Any] = []
    for partition in range(7):
        torn: list[Torn] = []
        ours = list(stored_batches(nodes.data_dir(1), topic, partition, on_torn=torn.append))
        assert_equal(ours, [r for f in segments_of(nodes, topic, partition) for r in dumped[f]])
        assert torn == []
        outcomes.append([batch.outcome for batch in ours if batch.is_control])
    assert outcomes == [[]] * 5 + [["commit"], ["abort"]]


def test_it_finds_the_same_end_as_kafka_in_a_log_that_was_cut_and_in_one_that_rotted(
    nodes: Nodes, make_topic: MakeTopic, produce: Produce, dump: Dump, tmp_path: Path
) -> None:
    topic = make_topic()
    produce(topic, 200, **{"batch.num.messages": 10})
    wait_stored(nodes, topic, 200)
    (segment,) = segments_of(nodes, topic)
    copies = {}
    for name in ("cut", "rotten"):
        copies[name] = tmp_path / name / f"{topic}-0" / segment.name
        copies[name].parent.mkdir(parents=True)
        shutil.copy(segment, copies[name])
    size = segment.stat().st_size
    with copies["cut"].open("r+b") as log:
        log.truncate(size - 25)
    with copies["rotten"].open("r+b") as log:
        log.seek(size // 2)
        byte = log.read(1)
        log.seek(size // 2)
        log.write(bytes([byte[0] ^ 1]))

    dumped = rows_of(dump("--print-data-log", files=copies.values()))

    found = {}
    for name in copies:
        torn: list[Torn] = []
        ours = list(stored_batches(tmp_path / name, topic, 0, on_torn=torn.append))
        found[name] = (ours, *torn)
    batches, torn_off = found["cut"]
    assert_equal(batches, dumped[copies["cut"]])
    assert torn_off.why == "cut"
    assert dumped[copies["cut"]][-1] == {"invalid": str(torn_off.left_bytes)}
    # The tool goes on behind a batch that rotted, as no broker would; up to there we agree.
    batches, rotten = found["rotten"]
    rows = [row for row in dumped[copies["rotten"]] if "baseOffset" in row]
    first_bad = next(n for n, row in enumerate(rows) if row["isvalid"] == "false")
    assert [as_dumped(batch) for batch in batches] == [
        {name: row[name] for name in as_dumped(batches[0])} for row in rows[:first_bad]
    ]
    assert (rotten.why, str(rotten.at_bytes)) == ("corrupt", rows[first_bad]["position"])
