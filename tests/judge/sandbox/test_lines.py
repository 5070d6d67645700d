"""Lines from a pipe: whole, in order, by a deadline, and of a bounded length."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from typing import IO

import pytest

from judge.sandbox.lines import LineReader

Ends = tuple[IO[bytes], IO[bytes]]


@pytest.fixture
def pipe() -> Iterator[Ends]:
    ends = os.pipe()
    with os.fdopen(ends[0], "rb", 0) as reading, os.fdopen(ends[1], "wb", 0) as writing:
        yield reading, writing


def soon() -> float:
    return time.monotonic() + 10


def test_it_gives_lines_however_they_were_written(pipe: Ends) -> None:
    reader = LineReader(pipe[0])
    pipe[1].write(b"one\ntwo\nth")
    pipe[1].write(b"ree\n\n")

    assert [reader.read(soon()) for _ in range(4)] == [b"one", b"two", b"three", b""]


def test_it_keeps_the_half_of_a_line_over_a_deadline(pipe: Ends) -> None:
    reader = LineReader(pipe[0])
    pipe[1].write(b"ha")
    with pytest.raises(TimeoutError):
        reader.read(time.monotonic())
    pipe[1].write(b"lf\n")

    assert reader.read(soon()) == b"half"


def test_it_tells_the_end_of_the_pipe(pipe: Ends) -> None:
    reader = LineReader(pipe[0])
    pipe[1].write(b"last\nunfinished")
    pipe[1].close()

    assert reader.read(soon()) == b"last"
    with pytest.raises(EOFError):
        reader.read(soon())


def test_it_refuses_a_line_without_end(pipe: Ends) -> None:
    reader = LineReader(pipe[0], max_line_bytes=1000)
    pipe[1].write(b"x" * 5000)

    with pytest.raises(ValueError, match="more than 1000 bytes"):
        reader.read(soon())


def test_it_takes_a_pipe_that_another_thread_closed_for_its_end(pipe: Ends) -> None:
    reader = LineReader(pipe[0])
    pipe[0].close()

    with pytest.raises(EOFError):
        reader.read(soon())
