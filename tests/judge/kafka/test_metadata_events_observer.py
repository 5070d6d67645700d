"""What records of the metadata log mean, and which of them the quorum has really decided."""

from __future__ import annotations

import io
import struct
import uuid
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka.record.default_records import DefaultRecordBatchBuilder
from kio.serial import entity_writer
from kio.static.primitive import i8, i32

from judge.errors import JudgeError
from judge.inside.observers import metadata_records as records
from judge.inside.observers.metadata_events import (
    ConfigChange,
    Event,
    Fold,
    PartitionState,
    TopicChange,
)
from judge.inside.observers.metadata_log import TOPIC, decided_end, read_metadata_log
from judge.inside.observers.metadata_ops import metadata_ops
from judge.inside.observers.metadata_records import metadata_record

ORDERS = uuid.UUID(int=7)
KEYS = {
    records.Topic: 2,
    records.Partition: 3,
    records.Config: 4,
    records.PartitionChange: 5,
    records.RemoveTopic: 9,
    records.BrokerChange: 17,
    records.BeginTransaction: 23,
    records.EndTransaction: 24,
    records.AbortTransaction: 25,
    records.ClearElr: 28,
}


def ids(*numbers: int) -> tuple[i32, ...]:
    return tuple(i32(number) for number in numbers)


def created(isr: tuple[int, ...] = (1, 2, 3), leader: int = 1) -> list[object]:
    partition = records.Partition(
        partition_id=i32(0),
        topic_id=ORDERS,
        replicas=ids(1, 2, 3),
        isr=ids(*isr),
        removing_replicas=(),
        adding_replicas=(),
        leader=i32(leader),
        leader_epoch=i32(0),
        partition_epoch=i32(0),
        directories=(),
    )
    return [records.Topic(name="orders", topic_id=ORDERS), partition]


def changed(**fields: Any) -> records.PartitionChange:
    told = {
        name: ids(*value) if isinstance(value, tuple) else i32(value)
        for name, value in fields.items()
    }
    return records.PartitionChange(partition_id=i32(0), topic_id=ORDERS, **told)


def folded(*found: object) -> list[Event]:
    fold = Fold()
    return [
        event
        for offset, record in enumerate(found)
        for event in fold.take(record, Event(wall_ms=1000 + offset, offset=offset))
    ]


def last(*changes: object) -> PartitionState:
    state = folded(*created(), *changes)[-1]
    assert isinstance(state, PartitionState)
    return state


def test_what_a_change_does_not_name_stays() -> None:
    state = last(changed(isr=(1, 3)))

    assert (state.topic, state.partition, state.leader, state.leader_epoch) == ("orders", 0, 1, 0)
    assert (state.isr, state.election, state.offset) == ((1, 3), None, 2)


def test_a_leader_from_the_isr_is_elected_cleanly() -> None:
    state = last(changed(leader=2, isr=(2, 3)))

    assert (state.leader, state.leader_epoch, state.election) == (2, 1, "clean")


def test_the_epoch_counts_up_when_the_same_leader_is_named_again() -> None:
    state = last(changed(leader=1))

    assert (state.leader_epoch, state.election) == (1, None)


def test_nobody_leading_is_no_election() -> None:
    state = last(changed(leader=-1, isr=()))

    assert (state.leader, state.election) == (None, None)


def test_a_leader_from_the_elr_has_every_committed_record_too() -> None:
    state = last(
        changed(isr=(1,), eligible_leader_replicas=(2,)),
        changed(isr=(), leader=-1, eligible_leader_replicas=(1, 2)),
        changed(isr=(2,), leader=2, eligible_leader_replicas=(1,)),
    )

    assert (state.election, state.elr) == ("from-elr", (1,))


def test_the_last_known_leader_that_comes_back_is_told_apart_from_an_unclean_one() -> None:
    gone = (
        changed(isr=(1,)),
        changed(isr=(), leader=-1, last_known_elr=(1,)),
    )

    back = last(*gone, changed(isr=(1,), leader=1, leader_recovery_state=1))
    other = last(*gone, changed(isr=(2,), leader=2, leader_recovery_state=1))

    assert (back.election, back.recovering) == ("last-known-leader", True)
    assert (other.election, other.recovering) == ("unclean", True)


def test_the_end_of_a_recovery_is_told() -> None:
    state = last(changed(isr=(2,), leader=2, leader_recovery_state=1), recovered())

    assert (state.recovering, state.election) == (False, None)


def recovered() -> records.PartitionChange:
    return records.PartitionChange(
        partition_id=i32(0), topic_id=ORDERS, leader_recovery_state=i8(0)
    )


@pytest.mark.parametrize("named", ["orders", ""])
def test_a_cleared_elr_counts_no_more(named: str) -> None:
    state = last(
        changed(isr=(1,), eligible_leader_replicas=(2,)), records.ClearElr(topic_name=named)
    )

    assert (state.elr, state.isr) == ((), (1,))


def test_a_topic_that_is_made_anew_begins_anew() -> None:
    found = folded(*created(), records.RemoveTopic(topic_id=ORDERS), *created(isr=(3,), leader=3))

    assert [e.change for e in found if isinstance(e, TopicChange)] == [
        "created",
        "deleted",
        "created",
    ]
    state = found[-1]
    assert isinstance(state, PartitionState)
    assert (state.leader, state.leader_epoch) == (3, 0)


@pytest.mark.parametrize(
    ("kind", "of", "topic", "broker"),
    [(2, "orders", "orders", None), (4, "2", None, 2), (4, "", None, None)],
)
def test_settings_are_told_with_whose_they_are(
    kind: int, of: str, topic: str | None, broker: int | None
) -> None:
    record = records.Config(resource_type=i8(kind), resource_name=of, name="n", value="v")

    (change,) = folded(record)

    assert isinstance(change, ConfigChange)
    assert (change.topic, change.broker, change.name, change.value) == (topic, broker, "n", "v")


def encoded(record: object, version: int | None = None) -> bytes:
    kind = type(record)
    if version is None:
        version = 2 if kind is records.Partition else 0
    out = io.BytesIO()
    entity_writer(kind)(out, record)  # type: ignore[type-var]
    return bytes((1, KEYS[kind], version)) + out.getvalue()


def test_a_version_that_nobody_knows_is_an_error_and_no_guess() -> None:
    with pytest.raises(JudgeError) as raised:
        metadata_record(encoded(records.Topic(name="orders", topic_id=ORDERS), version=9))

    assert raised.value.code == "metadata-not-understood"


def test_a_field_that_nobody_knows_is_an_error_and_no_guess() -> None:
    record = encoded(changed(leader=2))
    # Its tagged fields come last: their number, then tag, length and value of each.
    count_at = record.index(b"\x01\x01\x04")
    strange = record[:count_at] + b"\x02" + record[count_at + 1 :] + bytes((60, 1, 0))

    with pytest.raises(JudgeError) as raised:
        metadata_record(strange)

    assert raised.value.code == "metadata-not-understood"


def test_bytes_that_no_field_accounts_for_are_an_error_and_no_guess() -> None:
    with pytest.raises(JudgeError) as raised:
        metadata_record(encoded(records.Topic(name="orders", topic_id=ORDERS)) + b"more")

    assert raised.value.code == "metadata-not-understood"


def test_other_kinds_of_records_are_passed_over() -> None:
    assert metadata_record(bytes((1, 20, 0, 0))) is None


def write(data_dir: Path, *batches: tuple[int, list[object]], first: int = 0) -> None:
    """A metadata log of batches, each of an epoch and its records."""
    folder = data_dir / f"{TOPIC}-0"
    folder.mkdir(parents=True)
    raw, offset = b"", first
    for epoch, found in batches:
        builder = DefaultRecordBatchBuilder(2, 0, 0, -1, -1, -1, 1 << 20)
        for number, record in enumerate(found):
            builder.append(number, 1000 + offset + number, None, encoded(record), [])
        batch = builder.build()
        batch[0:8] = struct.pack(">q", offset)
        batch[12:16] = struct.pack(">i", epoch)
        raw += bytes(batch)
        offset += len(found)
    (folder / f"{first:020}.log").write_bytes(raw)


def disks(root: Path, nodes: tuple[int, ...] = (1, 2, 3)) -> Any:
    return SimpleNamespace(ids=nodes, data_dir=lambda i: root / str(i))


def test_what_only_a_minority_has_was_never_decided(tmp_path: Path) -> None:
    shared = (1, created())
    write(tmp_path / "1", shared, (1, [changed(leader=3, isr=(3,))]))
    write(tmp_path / "2", shared)
    write(tmp_path / "3", shared)

    found = read_metadata_log(disks(tmp_path))

    assert [type(event).__name__ for event in found] == ["TopicChange", "PartitionState"]
    assert read_metadata_log(disks(tmp_path), 1) == found


def test_what_a_majority_has_is_decided_and_told_of_who_has_most(tmp_path: Path) -> None:
    shared, more = (1, created()), (1, [changed(leader=2, isr=(2, 3))])
    write(tmp_path / "1", shared)
    write(tmp_path / "2", shared, more)
    write(tmp_path / "3", shared, more)

    elections = [getattr(e, "election", None) for e in read_metadata_log(disks(tmp_path))]

    assert elections == [None, None, "clean"]
    assert len(read_metadata_log(disks(tmp_path), 1)) == 2


def test_a_record_of_an_old_epoch_that_a_newer_leader_lacks_may_still_be_undone() -> None:
    old = {0: (0, 11, 1), 1: (1, 22, 2)}
    newer = {0: (0, 11, 1), 1: (1, 33, 3)}

    assert decided_end({1: old, 2: old, 3: newer}) == 1
    assert decided_end({1: old, 2: old, 3: {0: (0, 11, 1)}}) == 2


def test_transactions_of_the_log_count_as_a_whole_or_not_at_all(tmp_path: Path) -> None:
    topic, partition = created()
    kept = [records.BeginTransaction(), topic, records.EndTransaction(), partition]
    dropped = [records.BeginTransaction(), changed(leader=2), records.AbortTransaction()]
    write(
        tmp_path / "1",
        (1, kept),
        (1, dropped),
        (1, [records.BeginTransaction(), changed(leader=3)]),
    )

    found = read_metadata_log(disks(tmp_path, (1,)))

    assert [type(event).__name__ for event in found] == ["TopicChange", "PartitionState"]


def test_a_log_whose_beginning_is_gone_is_an_error(tmp_path: Path) -> None:
    write(tmp_path / "1", (1, created()), first=40)

    with pytest.raises(JudgeError) as raised:
        read_metadata_log(disks(tmp_path, (1,)))

    assert raised.value.code == "metadata-log-incomplete"


def test_only_the_topics_and_the_time_of_the_run_become_operations() -> None:
    fenced = records.BrokerChange(broker_id=i32(2), broker_epoch=i32(1), fenced=i8(1))  # type: ignore[arg-type]
    found = folded(fenced, *created(), fenced)

    of_run = metadata_ops(found, ["orders"], lambda wall_ms: wall_ms - 1001)
    of_others = metadata_ops(found, ["payments"], lambda wall_ms: wall_ms - 1001)

    assert [(op.f, op.t_ms) for op in of_run] == [
        ("topic", 0.0),
        ("partition_change", 1.0),
        ("fencing", 2.0),
    ]
    assert [(op.f, op.broker, (op.detail or {})["fenced"]) for op in of_others] == [
        ("fencing", 2, True)
    ]
