"""A replica's log is read up to what Kafka itself would keep, whatever a kill left behind."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from aiokafka.record.default_records import DefaultRecordBatchBuilder

from judge.inside.observers.replica_log import Torn, log_end_offset, stored_batches

TOPIC = "orders"
CODECS = {"none": 0, "gzip": 1, "snappy": 2, "lz4": 3, "zstd": 4}


def batch(
    base: int,
    values: Sequence[bytes],
    *,
    codec: int = 0,
    epoch: int = 0,
    producer: tuple[int, int, int] = (-1, -1, -1),
) -> bytes:
    """A record batch as a broker stores it: offset and leader epoch are set after the CRC."""
    builder = DefaultRecordBatchBuilder(2, codec, 0, *producer, 1 << 20)
    for number, value in enumerate(values):
        builder.append(number, 1_000, b"key", value, [])
    raw = bytearray(builder.build())
    raw[0:8] = base.to_bytes(8, "big")
    raw[12:16] = epoch.to_bytes(4, "big")
    return bytes(raw)


def write(data_dir: Path, *batches: bytes, segment: int = 0) -> Path:
    folder = data_dir / f"{TOPIC}-0"
    folder.mkdir(exist_ok=True)
    path = folder / f"{segment:020}.log"
    path.write_bytes(b"".join(batches))
    return path


def values(data_dir: Path) -> list[bytes | None]:
    return [v for found in stored_batches(data_dir, TOPIC, 0) for _o, _k, v in found.records]


def test_it_reads_what_a_batch_says_of_itself(tmp_path: Path) -> None:
    write(tmp_path, batch(7, [b"a", b"b"], epoch=5, producer=(900, 2, 40)))

    (found,) = stored_batches(tmp_path, TOPIC, 0)

    assert (found.base_offset, found.last_offset, found.count) == (7, 8, 2)
    assert (found.leader_epoch, found.is_control) == (5, False)
    assert (found.producer_id, found.producer_epoch, found.base_sequence) == (900, 2, 40)
    assert found.records == [(7, b"key", b"a"), (8, b"key", b"b")]


@pytest.mark.parametrize("codec", CODECS.values(), ids=CODECS)
def test_it_reads_every_codec(tmp_path: Path, codec: int) -> None:
    sent = [b"%d" % n * 50 for n in range(200)]
    write(tmp_path, batch(0, sent, codec=codec))

    assert values(tmp_path) == sent
    assert log_end_offset(tmp_path, TOPIC, 0) == 200


def test_the_crc_is_that_of_the_sent_batch_wherever_a_broker_put_it(tmp_path: Path) -> None:
    sent = batch(0, [b"a"])
    write(tmp_path, sent, batch(9, [b"a"], epoch=3))

    first, second = stored_batches(tmp_path, TOPIC, 0)

    assert first.crc == second.crc == int.from_bytes(sent[17:21], "big")


@pytest.mark.parametrize("kept", [1, 11, 30, 61, 75])
def test_it_stops_before_a_batch_that_was_cut_off(tmp_path: Path, kept: int) -> None:
    write(tmp_path, batch(0, [b"whole"]), batch(1, [b"x" * 100])[:kept])

    assert values(tmp_path) == [b"whole"]
    assert log_end_offset(tmp_path, TOPIC, 0) == 1


def test_it_stops_before_a_tail_of_zeros(tmp_path: Path) -> None:
    write(tmp_path, batch(0, [b"whole"]), bytes(4096))

    assert values(tmp_path) == [b"whole"]
    assert log_end_offset(tmp_path, TOPIC, 0) == 1


def test_it_stops_before_a_batch_whose_crc_is_wrong(tmp_path: Path) -> None:
    broken = bytearray(batch(1, [b"broken"]))
    broken[-2] ^= 1
    write(tmp_path, batch(0, [b"whole"]), bytes(broken), batch(2, [b"after"]))

    assert values(tmp_path) == [b"whole"]


def test_it_takes_nothing_from_segments_after_a_torn_one(tmp_path: Path) -> None:
    write(tmp_path, batch(0, [b"whole"]), batch(1, [b"torn"])[:-3])
    write(tmp_path, batch(2, [b"later"]), segment=2)

    assert values(tmp_path) == [b"whole"]


def test_it_reads_on_where_a_segment_was_rolled(tmp_path: Path) -> None:
    write(tmp_path, batch(0, [b"a", b"b"]))
    write(tmp_path, batch(2, [b"c"]), segment=2)

    assert values(tmp_path) == [b"a", b"b", b"c"]
    assert log_end_offset(tmp_path, TOPIC, 0) == 3


def test_an_empty_new_segment_ends_where_it_begins(tmp_path: Path) -> None:
    write(tmp_path, batch(0, [b"a", b"b"]))
    write(tmp_path, segment=2)

    assert log_end_offset(tmp_path, TOPIC, 0) == 2


def test_a_replica_that_is_not_there_is_empty(tmp_path: Path) -> None:
    assert list(stored_batches(tmp_path, TOPIC, 0)) == []
    assert log_end_offset(tmp_path, TOPIC, 0) == 0


def test_the_end_follows_what_is_appended_truncated_and_written_anew(tmp_path: Path) -> None:
    path = write(tmp_path, batch(0, [b"a"]), batch(1, [b"b"]))
    assert log_end_offset(tmp_path, TOPIC, 0) == 2

    write(tmp_path, batch(0, [b"a"]), batch(1, [b"b"]), batch(2, [b"c", b"d"]))
    assert log_end_offset(tmp_path, TOPIC, 0) == 4

    with path.open("r+b") as log:
        log.truncate(len(batch(0, [b"a"])))
    assert log_end_offset(tmp_path, TOPIC, 0) == 1

    # As long as before, so only its content tells that it is another log.
    write(tmp_path, batch(0, [b"a"]), batch(1, [b"x"], epoch=1), batch(2, [b"y", b"z"], epoch=1))
    assert log_end_offset(tmp_path, TOPIC, 0) == 4
    assert values(tmp_path) == [b"a", b"x", b"y", b"z"]


def test_a_partial_batch_counts_once_it_is_whole(tmp_path: Path) -> None:
    late = batch(1, [b"late"])
    write(tmp_path, batch(0, [b"a"]), late[:40])
    assert log_end_offset(tmp_path, TOPIC, 0) == 1

    write(tmp_path, batch(0, [b"a"]), late)
    assert log_end_offset(tmp_path, TOPIC, 0) == 2


def torn_in(data_dir: Path) -> list[tuple[str, int, int, str]]:
    torn: list[Torn] = []
    for _batch in stored_batches(data_dir, TOPIC, 0, on_torn=torn.append):
        pass
    return [(found.segment.name, found.at_bytes, found.left_bytes, found.why) for found in torn]


def test_a_whole_log_has_nothing_torn_to_tell_of(tmp_path: Path) -> None:
    write(tmp_path, batch(0, [b"a"]))
    write(tmp_path, batch(1, [b"b"]), segment=1)

    assert torn_in(tmp_path) == []


def test_it_tells_of_a_batch_that_was_cut_off(tmp_path: Path) -> None:
    whole = batch(0, [b"whole"])
    write(tmp_path, whole, batch(1, [b"x" * 100])[:70])
    write(tmp_path, batch(2, [b"later"]), segment=2)

    assert torn_in(tmp_path) == [("00000000000000000000.log", len(whole), 70, "cut")]


def test_it_tells_of_a_batch_whose_crc_is_wrong_and_of_all_that_is_lost_behind_it(
    tmp_path: Path,
) -> None:
    whole, after = batch(0, [b"whole"]), batch(2, [b"after"])
    broken = bytearray(batch(1, [b"broken"]))
    broken[-2] ^= 1
    write(tmp_path, whole, bytes(broken), after)

    left = len(broken) + len(after)
    assert torn_in(tmp_path) == [("00000000000000000000.log", len(whole), left, "corrupt")]


@pytest.mark.parametrize(("tail", "why"), [(bytes(4096), "zeros"), (b"\xff" * 100, "corrupt")])
def test_it_tells_zeros_from_rubbish(tmp_path: Path, tail: bytes, why: str) -> None:
    whole = batch(0, [b"whole"])
    write(tmp_path, whole, tail)

    assert torn_in(tmp_path) == [("00000000000000000000.log", len(whole), len(tail), why)]


def test_headers_alone_are_read_when_nobody_asks_for_the_crc(tmp_path: Path) -> None:
    broken = bytearray(batch(1, [b"broken"], codec=1))
    broken[-2] ^= 1
    write(tmp_path, batch(0, [b"a"]), bytes(broken))

    found = list(stored_batches(tmp_path, TOPIC, 0, check_crc=False))

    assert [(each.last_offset, each.codec) for each in found] == [(0, "none"), (1, "gzip")]


def test_a_codec_that_nobody_knows_is_no_error(tmp_path: Path) -> None:
    strange = bytearray(batch(0, [b"a"]))
    strange[22] |= 7
    write(tmp_path, bytes(strange))

    assert values(tmp_path) == []
    assert torn_in(tmp_path) == [("00000000000000000000.log", 0, len(strange), "corrupt")]
