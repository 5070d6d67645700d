"""A history is on disk while it grows, with the bytes that it would have at the end."""

from __future__ import annotations

from pathlib import Path

import pytest

from judge.errors import JudgeError
from judge.history import Op, read_history, write_history
from judge.recording import Recording

OPS = [
    Op(0.0, "scenario", "info", "begin", topic="orders", detail={"b": 1, "a": [0.1, None]}),
    Op(1.25, "ledger", "invoke", "send", id="o1", key="cust-1"),
    Op(2.5, "reader", "ok", "read", topic="orders", partition=0, ids=["o1"]),
]
END = Op(3.0, "scenario", "info", "end", detail={"timings_s": {"ready_s": 1.0}})


def test_it_has_the_bytes_of_a_history_that_is_written_at_once(tmp_path: Path) -> None:
    recording = Recording(tmp_path / "new" / "one.jsonl")

    recording.take([op.to_dict() for op in OPS[:2]])
    recording.take([OPS[2].to_dict()])
    recording.close(END)

    write_history(tmp_path / "other.jsonl", [*OPS, END])
    assert (tmp_path / "new" / "one.jsonl").read_bytes() == (tmp_path / "other.jsonl").read_bytes()
    assert recording.ops == [*OPS, END] == list(read_history(tmp_path / "new" / "one.jsonl"))


def test_without_a_path_it_is_in_memory_alone() -> None:
    recording = Recording(None)

    recording.take([OPS[0].to_dict()])
    recording.close(END)

    assert recording.ops == [OPS[0], END]


def test_nothing_is_written_of_a_run_without_operations(tmp_path: Path) -> None:
    Recording(tmp_path / "one.jsonl")

    assert list(tmp_path.iterdir()) == []


def test_a_history_that_cannot_be_written_is_told_once_and_kept_in_memory(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    recording = Recording(tmp_path / "file" / "one.jsonl")

    with pytest.raises(JudgeError, match=r"one\.jsonl") as failed:
        recording.take([OPS[0].to_dict()])
    recording.take([OPS[1].to_dict()])
    recording.close(END)

    assert failed.value.code == "history-not-written"
    assert recording.ops == [OPS[0], OPS[1], END]
