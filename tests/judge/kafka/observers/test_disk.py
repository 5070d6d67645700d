"""The size of a replica is that of its records, and what the disk gives for it."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

from judge.history import Op
from judge.inside.observers.disk import note_sizes, replica_size


def write(folder: Path, name: str, size: int) -> None:
    folder.mkdir(exist_ok=True)
    (folder / name).write_bytes(b"x" * size)


def test_it_counts_records_by_their_length_and_everything_else_by_what_it_takes(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "orders-0"
    write(folder, "00000000000000000000.log", 5000)
    write(folder, "00000000000000000100.log", 3000)
    write(folder, "00000000000000000000.timeindex", 10)
    write(folder, "00000000000000000050.log.deleted", 8192)
    with (folder / "00000000000000000100.index").open("wb") as index:
        index.truncate(10 << 20)

    size = replica_size(tmp_path, "orders", 0)

    assert size is not None
    assert (size.bytes, size.segments) == (8000, 2)
    assert 8000 + 8192 <= size.allocated_bytes < 10 << 20


def test_a_broker_without_the_replica_has_no_size(tmp_path: Path) -> None:
    assert replica_size(tmp_path, "orders", 0) is None


def test_it_notes_each_replica_on_each_broker(tmp_path: Path) -> None:
    write(tmp_path / "orders-0", "00000000000000000000.log", 700)
    write(tmp_path / "orders-1", "00000000000000000000.log", 300)
    disks = SimpleNamespace(ids=(1, 2), data_dir={1: tmp_path, 2: tmp_path / "none"}.get)
    ops: list[Op] = []

    note_sizes(disks, [("orders", 0), ("orders", 1)], ops.append, lambda: 5.0)

    assert [(op.source, op.f, op.broker, op.topic, op.partition, op.count) for op in ops] == [
        ("log", "segments", 1, "orders", 0, 700),
        ("log", "segments", 1, "orders", 1, 300),
    ]
    assert (ops[0].detail or {})["segments"] == 1
